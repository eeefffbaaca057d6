// SPDX-License-Identifier: GPL-2.0-only
//
// The commands, one file each: what options it has, what it calls, what it prints. main.cc runs the
// one that was asked for.
#ifndef PTECHECK_CLI_COMMANDS_H
#define PTECHECK_CLI_COMMANDS_H

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace ptecheck {

// What the command line asks for. Filled in while parsing, run afterwards, so that a mistake in the
// last word is found before anything is done.
struct Invocation {
  std::function<int()> run;        // returns the exit status; may throw Error
  bool kselftest = false;          // --exit-style=kselftest
  std::string program;             // "ptecheck 0.1.0 (commit 0e6fcae12345)"
  std::vector<std::string> words;  // that were typed after "ptecheck"
};

void addCheck(Command& app, Invocation& invocation);
void addCompare(Command& app, Invocation& invocation);
void addSynth(Command& app, Invocation& invocation);
void addBugs(Command& app, Invocation& invocation);
void addOrder(Command& app, Invocation& invocation);
void addProve(Command& app, Invocation& invocation);
void addReplay(Command& app, Invocation& invocation);
void addExplain(Command& app, Invocation& invocation);
void addRun(Command& app, Invocation& invocation);
void addList(Command& app, Invocation& invocation);
void addKernel(Command& app, Invocation& invocation);

}  // namespace ptecheck

#endif
