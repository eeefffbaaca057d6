// SPDX-License-Identifier: GPL-2.0-only
//
// Options that several commands share.
#ifndef PTECHECK_CLI_OPTIONS_H
#define PTECHECK_CLI_OPTIONS_H

#include <string>
#include <vector>

#include "check/tree_check.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "report/verdict.h"

namespace ptecheck {

struct TreeWords {
  std::string kernel;
  std::vector<std::string> patches;
  std::string cache;

  bool given() const { return !kernel.empty(); }
  TreeCheckOptions options() const;  // tree, patches and cache alone
};

struct OutputWords {
  std::string format = "text";
  std::string exit_style = "standard";
  bool strict = false;

  bool json() const { return format == "json"; }
  bool ktap() const { return format == "ktap"; }
  bool sarif() const { return format == "sarif"; }
};

// --kernel, --patch, --cache
Option* addTreeOptions(Command& command, TreeWords& words);
// --at, for a tree; `kernel`: its option
void addAtOption(Command& command, std::string& at, Option* kernel);
// --format, --exit-style, --strict (`strict_says`: what that counts; `of_findings`: --format knows
// ktap and sarif too)
void addOutputOptions(
    Command& command, OutputWords& words,
    const std::string& strict_says = "Count rules of severity `cost` as broken too",
    bool of_findings = false);

// --exit-style
void addExitStyle(Command& command, std::string& style);

int exitCodeOf(Verdict verdict, bool kselftest);

}  // namespace ptecheck

#endif
