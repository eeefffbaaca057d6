// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_VIEW_H
#define PTECHECK_SUBJECT_TREE_VIEW_H

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ptecheck {

// The user's kernel tree as ptecheck sees it: read-only, with changes laid over it (a patch, a
// scripted edit), and without what an earlier build left in it.
//
// Nothing is ever written below root(). To run make in it, linkTo() builds a *farm* elsewhere:
// folders that mirror the tree's, full of symbolic links. Only the folders in which a build product
// could disturb ours are mirrored file by file; drivers/, fs/ and the like are one link each, which
// makes a farm of a full tree a matter of 0.3 s (10,000 links in place of 96,000).
//
// All file names are relative to the tree's top: "mm/rmap.c".
class TreeView {
 public:
  // Throws Error(kCannotTest) if `root` is not a readable Linux kernel tree, saying why.
  explicit TreeView(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }  // absolute

  // Contents as changed; nullopt if there is no such file.
  std::optional<std::string> read(const std::string& file) const;
  bool exists(const std::string& file) const;

  // Lays a change over a file: new contents, or nullopt for a file that is no more.
  void change(const std::string& file, std::optional<std::string> contents);
  const std::map<std::string, std::optional<std::string>>& changes() const { return changes_; }

  // Builds the farm in the (empty or missing) folder `farm`, for arch/`arch`. Changed files are
  // real files there.
  void linkTo(const std::filesystem::path& farm, const std::string& arch = "x86") const;

  // Names, sorted, of the files that decide how the tree is configured or which header an #include
  // finds: headers, tables, Makefiles, Kbuild and Kconfig files in the mirrored folders and in
  // the top folder, and all of scripts/. Of arch/ only arch/`arch`.
  std::vector<std::string> structure(const std::string& arch = "x86") const;

  // A file that a build produced, judged by its name and by `siblings`, the sorted names of its
  // folder.
  static bool isProduct(const std::string& folder, const std::string& name,
                        const std::vector<std::string>& siblings);

 private:
  bool opened(const std::string& folder, const std::string& arch) const;
  void linkFolder(const std::filesystem::path& farm, const std::string& folder,
                  const std::string& arch) const;
  void collect(const std::string& folder, std::vector<std::string>& out) const;

  std::filesystem::path root_;
  std::map<std::string, std::optional<std::string>> changes_;
};

}  // namespace ptecheck

#endif
