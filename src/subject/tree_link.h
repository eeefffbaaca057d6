// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_LINK_H
#define PTECHECK_SUBJECT_TREE_LINK_H

#include <filesystem>
#include <string>
#include <vector>

#include "subject/tree_arch.h"

namespace ptecheck {

// Symbols that nothing defines and that the linker nevertheless wants.
struct UndefinedSymbols {
  std::vector<std::string> functions;  // sorted
  std::vector<std::string> data;       // sorted
};

// Names that the linker's stderr calls undefined. Functions are those that some instruction calls
// or jumps to, as `relocations`, the output of objdump -r, tells.
UndefinedSymbols undefinedSymbols(const std::string& linker_errors, const std::string& relocations,
                                  const TreeArch& arch = treeArch("x86_64"));

// Assembler source that defines them (kernel_agent/README.md, recipe step 6): functions report
// themselves by name, data are pages nobody may touch, listed in ptecheck_unknown_data[].
std::string stubSource(const UndefinedSymbols& symbols, const TreeArch& arch = treeArch("x86_64"));

// Links `objects` into the static executable `folder`/`name`, with stubs for what is missing.
// Throws Error(kCannotTest) with the linker's first error if that fails for another reason.
UndefinedSymbols linkAgent(const std::vector<std::filesystem::path>& objects, const TreeArch& arch,
                           const std::string& compiler, const std::filesystem::path& folder,
                           const std::string& name);

}  // namespace ptecheck

#endif
