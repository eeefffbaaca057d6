// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_RECIPE_H
#define PTECHECK_SUBJECT_TREE_RECIPE_H

#include <filesystem>
#include <string>
#include <vector>

namespace ptecheck {

// A thing the agent cannot do without: one of several spellings must occur in the tree.
struct RequiredSpelling {
  std::vector<std::string> alternatives;
  std::string reason;
};

// The data of kernel_agent/README.md's recipe, read from the files embedded in this executable.
struct AgentRecipe {
  std::filesystem::path
      folder;            // where the files are: folder/kernel_agent/agent.c, folder/scenario/flat.h
  std::string identity;  // hash of them all
  std::string fragment;  // fragment.config
  std::vector<std::string> drop_flags;  // extended regular expressions
  std::vector<std::string> add_flags;
  std::vector<std::string> spellings;  // "name" or "name()"
  std::vector<RequiredSpelling> required;
  std::vector<std::string> neighbours;  // "mm/memory.c"
};

// Writes the embedded files below `cache`, unless they are there already.
AgentRecipe loadRecipe(const std::filesystem::path& cache);

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
