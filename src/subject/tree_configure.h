// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_CONFIGURE_H
#define PTECHECK_SUBJECT_TREE_CONFIGURE_H

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "subject/tree_arch.h"
#include "subject/tree_recipe.h"
#include "subject/tree_view.h"

namespace ptecheck {

// The name of the output folder inside a farm. A direct subfolder of the sources on purpose: Kbuild
// then records relative paths only ("../include"), so that the result can be moved and reused.
inline constexpr const char* kOutputFolder = "ptecheck_out";

// Hashes of a view's files, each read once.
class ContentHashes {
 public:
  explicit ContentHashes(const TreeView& view) : view_(view) {}
  // "-" if there is no such file.
  const std::string& of(const std::string& file);

 private:
  const TreeView& view_;
  std::map<std::string, std::string> hashes_;
};

struct ConfiguredTree {
  std::filesystem::path output;  // what `make O=` produced: .config, generated headers
  std::string command;           // text of mm/.rmap.o.cmd
  std::string identity;          // hash of everything it was made from
  std::string header_names;      // hash of which headers there are: a new one may be found first
};

struct ConfigureOptions {
  std::filesystem::path cache;
  const TreeArch* arch = &treeArch("x86_64");
  std::string compiler = "gcc";  // this machine's, and with the triplet in front the other's
  int jobs = 1;
  std::function<void(const std::string&)>
      progress;  // called with what takes long, before it starts
};

// "gcc (Debian ...) 12.2.0, GNU ld ...": what a build depends on beside files.
std::string compilerIdentity(const TreeArch& arch, const std::string& compiler);

// Configures a tree for the agent, or finds a configuration that was made from the same contents
// before - of this tree, or of any other that does not differ in what configuration reads.
// Throws Error(kCannotTest) with the end of make's output if it cannot be configured.
ConfiguredTree configureTree(const TreeView& view, const AgentRecipe& recipe, ContentHashes& hashes,
                             const ConfigureOptions& options);

// Turns names inside a farm ("/cache/.../farm/mm/rmap.c", "../mm/rmap.c") into the user's.
std::string userPaths(const std::string& text, const std::filesystem::path& farm,
                      const std::filesystem::path& tree);

}  // namespace ptecheck

#endif
