// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_EMBEDDED_H
#define PTECHECK_SUBJECT_TREE_EMBEDDED_H

#include <span>
#include <string_view>

namespace ptecheck {

// A file that travels inside the executable (cmake/EmbedFiles.cmake).
struct EmbeddedFile {
  std::string_view path;  // relative to src/: "kernel_agent/agent.c"
  std::string_view contents;
};

// Everything of kernel_agent/, and scenario/flat.h.
std::span<const EmbeddedFile> embedded_agent();

}  // namespace ptecheck

#endif
