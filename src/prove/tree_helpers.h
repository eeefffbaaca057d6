// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_TREE_HELPERS_H
#define PTECHECK_PROVE_TREE_HELPERS_H

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel_agent/helpers.h"
#include "subject/tree.h"

namespace ptecheck {

// One helper of kernel_agent/helpers.h.
struct HelperKind {
  enum Second { NUMBER, ENTRY, PROTECTION, FLAGS };

  const char* name;
  unsigned words;
  bool is_question;  // gives 0 or 1
  Second second;     // what its second word is
};

std::span<const HelperKind> helperKinds();
// The place of `name` there; Error(kInternal) if there is none.
unsigned helperNumber(std::string_view name);

// kernel_agent/helpers.c compiled with a tree's headers, twice.
struct TreeHelpersBuild {
  std::filesystem::path program;     // by gcc: answers requests (helper_program.h)
  std::vector<std::string> command;  // that runs it, without its argument: under an emulator
  std::map<std::string, std::uint64_t> symbols;  // addresses of the program's variables
  std::vector<std::filesystem::path> ir;         // by clang: LLVM IR; empty if that failed
  std::string ir_error;                          // why
  std::string version;                           // of the tree
  std::string configuration;                     // identity, as in TreeBuild
};

// Builds, or finds in the cache. Throws Error(kCannotTest) as buildTree() does.
TreeHelpersBuild buildTreeHelpers(TreeView view, const TreeOptions& options);

}  // namespace ptecheck

#endif
