// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_OUTPUT_H
#define PTECHECK_CLI_OUTPUT_H

#include <string>

namespace ptecheck {

// Writes all of `text` to stdout. Throws Error if that fails half-way - the disk is full, the
// reader of a pipe has gone - since half a report, ended silently, looks like a whole one.
void writeOutput(const std::string& text);

}  // namespace ptecheck

#endif
