// SPDX-License-Identifier: GPL-2.0-only
//
// The exit statuses of ptecheck, all of them.
#ifndef PTECHECK_CLI_EXIT_CODES_H
#define PTECHECK_CLI_EXIT_CODES_H

#include "scenario/error.h"

namespace ptecheck {

enum ExitCode : int {
  kExitNothingFound = 0,
  kExitFound = 1,
  kExitCannotTest = 125,         // `git bisect run` skips this commit
  kExitKselftestCannotTest = 4,  // the same with --exit-style=kselftest: kselftest's "skip"
  kExitUsage = 129,              // wrong usage or malformed input
  kExitInterrupted = 130,        // SIGINT: Ctrl-C, as shells count (128 + signal)
  kExitInternal = 131,           // our own mistake
  kExitTerminated = 143,         // SIGTERM
};

constexpr int exitCodeOf(ErrorKind kind, bool kselftest) {
  switch (kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kCannotTest:
      return kselftest ? kExitKselftestCannotTest : kExitCannotTest;
    case ErrorKind::kStopped:
      return kExitInterrupted;
    case ErrorKind::kInternal:
      break;
  }
  return kExitInternal;
}

}  // namespace ptecheck

#endif
