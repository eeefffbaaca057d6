// SPDX-License-Identifier: GPL-2.0-only
//
// The commands, one file each: what options it has, what it calls, what it prints. main.cc runs the
// one that was asked for.
#ifndef PTECHECK_CLI_COMMANDS_H
#define PTECHECK_CLI_COMMANDS_H

#include <CLI/CLI.hpp>
#include <functional>

namespace ptecheck {

// What the command line asks for. Filled in while parsing, run afterwards, so that a mistake in the
// last word is found before anything is done.
struct Invocation {
  std::function<int()> run;  // returns the exit status; may throw Error
  bool kselftest = false;    // --exit-style=kselftest
};

void addCheck(CLI::App& app, Invocation& invocation);
void addCompare(CLI::App& app, Invocation& invocation);
void addSynth(CLI::App& app, Invocation& invocation);
void addBugs(CLI::App& app, Invocation& invocation);
void addProve(CLI::App& app, Invocation& invocation);
void addOrder(CLI::App& app, Invocation& invocation);
void addReplay(CLI::App& app, Invocation& invocation);
void addRun(CLI::App& app, Invocation& invocation);
void addList(CLI::App& app, Invocation& invocation);
void addKernel(CLI::App& app, Invocation& invocation);

}  // namespace ptecheck

#endif
