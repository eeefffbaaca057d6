// SPDX-License-Identifier: GPL-2.0-only
//
// Commands for a reader to type.
#ifndef PTECHECK_CLI_SHELL_H
#define PTECHECK_CLI_SHELL_H

#include <string>

#include "cli/options.h"

namespace ptecheck {

// As a shell takes it for one word.
std::string inShell(const std::string& word);

// " --kernel ~/linux --patch a.patch": as `ptecheck replay` takes a tree; "" of none.
std::string treeArguments(const TreeWords& tree);

}  // namespace ptecheck

#endif
