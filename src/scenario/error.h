// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_ERROR_H
#define PTECHECK_SCENARIO_ERROR_H

#include <stdexcept>
#include <string>

namespace ptecheck {

// Who has to act on an error; decides the exit status (cli/exit_codes.h), nothing else.
enum class ErrorKind {
  kUsage,       // the user asked for something impossible, or a file is malformed
  kCannotTest,  // the subject could not be tested: exit 125, so that `git bisect run` skips
  kInternal,    // ours
  kStopped,     // nobody's: the user pressed Ctrl-C (scenario/stop.h)
};

// An error that reaches the user. `what()` names the thing that is wrong and what to do about it,
// in whole sentences without a trailing newline.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace ptecheck

#endif
