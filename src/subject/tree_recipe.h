// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_RECIPE_H
#define PTECHECK_SUBJECT_TREE_RECIPE_H

#include <filesystem>
#include <string>
#include <vector>

#include "subject/tree_arch.h"

namespace ptecheck {

// A thing the agent cannot do without: one of several spellings must occur in the tree.
struct RequiredSpelling {
  std::vector<std::string> alternatives;
  std::string reason;
};

// A line of a header that the agent needs otherwise than the tree has it.
struct Substitution {
  std::string file;    // "arch/arm64/include/asm/memory.h"
  std::string line;    // ECMAScript regular expression for the whole line
  std::string text;    // what stands there instead
  std::string reason;  // "the linear map begins": where it is, for a refusal
};

// A file of the tree that is compiled as part of one of the agent's.
struct InsideFile {
  std::string file;   // "mm/swapfile.c"
  std::string agent;  // "swapoff.c", which includes it
};

// The data of kernel_agent/README.md's recipe, read from the files embedded in this executable.
struct AgentRecipe {
  std::filesystem::path
      folder;            // where the files are: folder/kernel_agent/agent.c, folder/scenario/flat.h
  std::string identity;  // hash of them all
  std::string fragment;  // fragment.config, and the architecture's own
  std::vector<std::string> drop_flags;  // extended regular expressions
  std::vector<std::string> add_flags;
  std::vector<std::string> spellings;  // "name" or "name()"
  std::vector<RequiredSpelling> required;
  std::vector<std::string> neighbours;  // "mm/memory.c"
  std::vector<InsideFile> inside;
  std::vector<Substitution> substitutions;
};

// The recipe for one architecture: what all have in common, then arch/FOLDER/'s part. Writes the
// embedded files below `cache`, unless they are there already.
AgentRecipe loadRecipe(const std::filesystem::path& cache,
                       const TreeArch& arch = treeArch("x86_64"));

// The arguments to compile a file of the tree with: those of the command Kbuild recorded for
// mm/rmap.o (the text of mm/.rmap.o.cmd), as the recipe changes them, without the compiler's name.
std::vector<std::string> compileFlags(const AgentRecipe& recipe, const std::string& cmd_file);

// have.h (recipe, step 3) from the output of `-E -dD` and the text of mm/rmap.c.
std::string haveHeader(const AgentRecipe& recipe, const std::string& preprocessed,
                       const std::string& rmap);

// What of recipe.required does not occur in `preprocessed`, one "  name: reason" a line; empty if
// nothing is missing.
std::string missingSpellings(const AgentRecipe& recipe, const std::string& preprocessed);

// Splits a recorded command as the shell would (quotes and backslashes only).
std::vector<std::string> splitCommand(const std::string& command);

}  // namespace ptecheck

#endif
