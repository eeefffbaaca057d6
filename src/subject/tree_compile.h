// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_COMPILE_H
#define PTECHECK_SUBJECT_TREE_COMPILE_H

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "subject/tree_configure.h"
#include "subject/tree_files.h"

namespace ptecheck {

// One run of the compiler. In its arguments @FARM@, @OUT@, @AGENT@ and @HAVE@ stand for folders, so
// that equal commands have equal text wherever the cache or the tree lies.
struct CompileStep {
  std::string name;                    // for messages: "mm/memory.c"
  std::vector<std::string> arguments;  // without compiler name, -o and dependency options
  bool in_output = true;  // runs in the kernel's output folder; false: in the agent's folder
  // Applied to the output before it is stored; `salt` must name all that it depends on beside it.
  std::function<std::string(const std::string&)> reduce = {};
  std::string salt = {};
  std::string compiler = {};  // empty: the one the tree is configured for
};

struct Compiled {
  std::filesystem::path file;  // in the cache; empty if compiling failed
  std::string key;             // hash of all that went into it
  std::string error;           // compiler's stderr if it failed, in the user's paths
};

// Runs the compiler, or finds what it produced from the same contents before.
//
// An object's key is a hash of the command, the compiler, the tree's structure (a new header might
// be found first) and name and contents of every file the compiler read. Which files those are is
// known from the dependency files of earlier runs: CACHE/objects/COMMAND/{deps-*, KEY.o}. So an
// edit of mm/rmap.c compiles again what includes it and nothing else, and an undone edit compiles
// nothing.
class TreeCompiler {
 public:
  TreeCompiler(const TreeView& view, const AgentRecipe& recipe, const ConfiguredTree& configured,
               ContentHashes& hashes, const ConfigureOptions& options);
  ~TreeCompiler();

  // All steps, `options.jobs` at a time. Failures are results, too, and cached like others.
  std::vector<Compiled> compile(const std::vector<CompileStep>& steps);

  // Headers made for this tree, "have.h" and others, by name: @HAVE@ stands for their folder from
  // now on.
  void setGenerated(const std::map<std::string, std::string>& headers);

 private:
  struct Plan;

  std::string compilerOf(const CompileStep& step) const;
  std::string resolve(const std::string& argument, const std::filesystem::path& farm) const;
  std::string baseKey(const CompileStep& step) const;
  const std::string& contentHash(const std::string& dependency);
  std::string keyOf(const std::string& base, const std::vector<std::string>& dependencies);
  bool lookUp(Plan& plan);
  void run(const std::vector<Plan*>& needed);
  void execute(Plan& plan);
  void store(Plan& plan);
  const std::filesystem::path& farm();
  std::vector<std::string> dependencies(const std::string& text, bool in_output) const;

  const TreeView& view_;
  const AgentRecipe& recipe_;
  const ConfiguredTree& configured_;
  ContentHashes& hashes_;
  const ConfigureOptions& options_;
  std::string compiler_identity_;
  std::filesystem::path have_;
  std::map<std::string, std::string> other_hashes_;
  std::unique_ptr<TemporaryFolder> work_;  // once something has to be compiled
  std::filesystem::path farm_;
};

}  // namespace ptecheck

#endif
