// SPDX-License-Identifier: GPL-2.0-only
#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/progress.h"
#include "scenario/error.h"

namespace ptecheck {

void writeOutput(const std::string& text) {
  wipeProgress();
  // Only while writing: programs started by us must not inherit an ignored SIGPIPE.
  void (*const before)(int) = std::signal(SIGPIPE, SIG_IGN);
  std::size_t written = 0;
  int failed = 0;
  while (written < text.size() && failed == 0) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (count >= 0)
      written += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      failed = errno;
  }
  if (before != SIG_ERR) std::signal(SIGPIPE, before);
  if (failed != 0)
    throw Error(ErrorKind::kUsage,
                std::string("the output could not be written and is not complete: ") +
                    std::strerror(failed));
}

}  // namespace ptecheck
