// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_STATEMENTS_H
#define PTECHECK_SUBJECT_TREE_STATEMENTS_H

#include <set>
#include <string>

namespace ptecheck {

// Lines (from 1) of a C file in the kernel's style that do something: inside a function's body (its
// braces stand in the first column), and neither blank, comment, brace, label, preprocessor line,
// mere declaration, nor a bare jump (`break;`, `goto x;`), which a compiler gives no line of its
// own.
//
// What it is for: a compiler's line table tells which lines have code, but not why the others have
// none. A changed statement without code was left out by the configuration, or its file was not
// compiled: it has not been checked. A changed comment need not be.
std::set<unsigned> statementLines(const std::string& source);

}  // namespace ptecheck

#endif
