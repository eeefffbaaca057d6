// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_PREPARE_H
#define PTECHECK_SUBJECT_TREE_PREPARE_H

#include <string>
#include <vector>

#include "subject/tree.h"
#include "subject/tree_compile.h"
#include "subject/tree_configure.h"
#include "subject/tree_link.h"
#include "subject/tree_recipe.h"

namespace ptecheck {

struct LinkedProgram {
  std::filesystem::path file;
  UndefinedSymbols undefined;
};

// A tree that is configured and probed: everything that compiling any of its files needs (steps 1
// to 3 of kernel_agent/README.md). Its parts refer to each other, so it stays where it was made.
class PreparedTree {
 public:
  // Throws Error(kCannotTest) that names what is wrong with tree, patch or machine.
  PreparedTree(TreeView view, const TreeOptions& options);
  PreparedTree(const PreparedTree&) = delete;
  PreparedTree& operator=(const PreparedTree&) = delete;

  const TreeView& view() const { return view_; }
  const AgentRecipe& recipe() const { return recipe_; }
  const ConfiguredTree& configured() const { return configured_; }
  const ConfigureOptions& configure() const { return configure_; }
  const std::filesystem::path& cache() const { return configure_.cache; }
  ContentHashes& hashes() { return hashes_; }
  TreeCompiler& compiler() { return compiler_; }
  const TreeArch& arch() const { return *configure_.arch; }
  const std::string& have() const { return have_; }  // the text of have.h
  // For a file that includes kernel headers: Kbuild's own, as the recipe changes them.
  const std::vector<std::string>& arguments() const { return arguments_; }

  // A step that compiles with arguments() and `more`.
  CompileStep kernelStep(const std::string& name, const std::vector<std::string>& more) const;
  // A step that compiles kernel_agent/`name` against the C library.
  CompileStep runtimeStep(const std::string& name) const;
  // Makes either one of the agent for events (kernel_agent/moments.h).
  void addEvents(CompileStep& step) const;
  // One static executable of what such steps compiled, with stubs for what nobody defines.
  LinkedProgram link(const std::vector<Compiled>& parts) const;

 private:
  std::map<std::string, std::string> substitutedHeaders() const;
  std::string probe();

  TreeView view_;
  ConfigureOptions configure_;
  AgentRecipe recipe_;
  ContentHashes hashes_;
  ConfiguredTree configured_;
  std::vector<std::string> arguments_;
  TreeCompiler compiler_;
  std::map<std::string, std::string> generated_;  // headers, have.h among them
  std::string have_;
};

}  // namespace ptecheck

#endif
