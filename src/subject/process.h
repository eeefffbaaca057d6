// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_PROCESS_H
#define PTECHECK_SUBJECT_PROCESS_H

#include <spawn.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ptecheck {

// A program to run to its end. It sees a fixed environment (the caller's PATH, HOME and TMPDIR, the
// C locale, and `environment`), so that a MAKEFLAGS or KBUILD_OUTPUT in the user's shell changes
// nothing.
struct ProcessStart {
  std::vector<std::string> argv;
  std::filesystem::path folder;          // to run in; empty: the current one
  std::vector<std::string> environment;  // "NAME=value"
  std::string input;                     // for its stdin
  // If the user asks to stop (scenario/stop.h), a program is ended; not one that a report needs.
  bool even_if_stopped = false;
  // It may ask at the terminal (sudo): it stays in our process group, and gets Ctrl-C itself.
  bool at_terminal = false;
};

struct CommandResult {
  int status = 0;      // exit status, or 128 + signal, as the shell counts
  std::string output;  // stdout
  std::string error;   // stderr

  bool ok() const { return status == 0; }
};

// Throws Error(kCannotTest) if the program does not exist, naming the Debian package that has it;
// Error(kStopped) if the user asks to stop before it has ended.
CommandResult runCommand(const ProcessStart& command);

// Starts a program in a process group of its own, so that Ctrl-C at the terminal is for us alone:
// we end it when it is time. As posix_spawnp(). To be forgotten before it is waited for.
int spawnInGroup(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                 char* const argv[], char* const environment[]);
void forgetGroup(pid_t pid);
// Kills all that spawnInGroup() started and nobody forgot. A signal handler may call it.
void killGroups();

bool inPath(const std::string& tool);

// Throws Error(kCannotTest) naming every one of `tools` that is not in PATH, and the packages to
// install.
void requireTools(const std::vector<std::string>& tools);

// The last `count` lines of `text`, indented by two spaces: how a failed program is quoted.
std::string lastLines(const std::string& text, size_t count);

// The first line of a compiler's stderr that says "error", or failing that its last line.
std::string firstError(const std::string& text);

}  // namespace ptecheck

#endif
