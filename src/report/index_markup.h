// SPDX-License-Identifier: GPL-2.0-only
//
// Small things that the pages of an index are written with.
#ifndef PTECHECK_REPORT_INDEX_MARKUP_H
#define PTECHECK_REPORT_INDEX_MARKUP_H

#include <string>
#include <string_view>

#include "report/verdict.h"
#include "spec/rules.h"

namespace ptecheck::markup {

// A relative address as it must stand in a link: what is not plain is %-encoded, but for '/'.
std::string address(std::string_view path);

// How a verdict, a word of a table's cell or a rule is coloured: "well", "soso", "bad", "dim".
std::string_view kindOf(Verdict verdict);
std::string_view kindOfRule(Rule rule, bool strict);
// "<span class=\"tag bad\">isolation</span>"
std::string severityTag(Rule rule, bool strict);

// A table that scrolls inside itself; `cells` are rows of <tr>.
std::string table(std::string_view caption, std::string_view head, std::string_view rows);

}  // namespace ptecheck::markup

#endif
