// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_PATCH_H
#define PTECHECK_SUBJECT_TREE_PATCH_H

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "subject/tree_view.h"

namespace ptecheck {

// Lines (from 1) of files, relative to the tree's top.
using SourceLines = std::map<std::string, std::set<unsigned>>;

// Applies patch files (`patch -p1`: unified diffs, with or without mail headers) in order, as
// changes laid over `view`; the tree itself stays as it is. Throws Error(kCannotTest) naming patch,
// file and hunk if one does not apply, Error(kUsage) if it cannot be read.
void applyPatches(TreeView& view, const std::vector<std::filesystem::path>& patches);

// The lines of the changed files, as they are now, that the changes added or altered. Where lines
// were only removed, the lines before and after the gap count, since what runs there is what was
// changed.
SourceLines changedLines(const TreeView& view);

// Of these lines, those that do something, whether or not they are compiled here: statements of C
// files and headers, and every line of assembler.
SourceLines changedStatements(const TreeView& view, const SourceLines& changed);

// Files a unified diff speaks of, both before and after, without the first folder ("a/", "b/").
std::set<std::string> filesOfPatch(const std::string& patch);

}  // namespace ptecheck

#endif
