// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_EDIT_H
#define PTECHECK_SUBJECT_TREE_EDIT_H

#include <filesystem>
#include <string>

#include "subject/tree_view.h"

namespace ptecheck {

// Scripted edits of a kernel tree: how the test suite makes broken trees from a good one. A script
// names places by short regular expressions (ECMAScript) and says what to put there, so no kernel
// code is stored in it. Each expression must match exactly once - in the whole file, or in one
// function if in() was called - and is an Error(kInternal) otherwise: an edit that silently does
// nothing would make a test pass that should fail.
//
//     TreeEdit edit(tree);
//     edit.in("mm/rmap.c", "try_to_unmap_one").replace("pte_uffd_wp\\(", "0 && pte_uffd_wp(");
//     edit.writeTo(folder);  // a tree of links, with real files where it differs
class TreeEdit {
 public:
  explicit TreeEdit(const std::filesystem::path& tree) : view_(tree) {}

  // From here on: in this file, and only between the function's name at the start of its definition
  // and the closing brace in the first column. Empty: in the whole file.
  TreeEdit& in(const std::string& file, const std::string& function = "");

  TreeEdit& replace(const std::string& regex, const std::string& text);
  TreeEdit& insertBefore(const std::string& regex, const std::string& text);
  TreeEdit& insertAfter(const std::string& regex, const std::string& text);

  // Puts text before the function chosen by in().
  TreeEdit& insertBeforeFunction(const std::string& text);

  // Creates or overwrites, and removes, a whole file.
  TreeEdit& write(const std::string& file, const std::string& contents);
  TreeEdit& remove(const std::string& file);

  // The edited tree, to be built as it is...
  const TreeView& view() const { return view_; }
  // ... or made in an empty or missing folder.
  void writeTo(const std::filesystem::path& folder) const { view_.linkTo(folder); }

 private:
  struct Range {
    size_t begin, end;
  };
  Range scope(const std::string& text) const;
  void apply(const std::string& regex, const std::string& before, bool keep,
             const std::string& after);

  TreeView view_;
  std::string file_, function_;
};

}  // namespace ptecheck

#endif
