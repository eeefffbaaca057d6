// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_H
#define PTECHECK_SUBJECT_TREE_H

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "subject/tree_patch.h"

namespace ptecheck {

// How to make an agent (kernel_agent/README.md) from a user's kernel tree. Building runs the tree's
// own `make prepare` and the user's compiler, and writes nothing outside the cache folder.
struct TreeOptions {
  std::filesystem::path tree;
  std::string arch = "x86_64";                      // the kernel's ARCH, one of treeArchs()
  std::vector<std::filesystem::path> patches = {};  // laid over it, in order
  std::filesystem::path cache = {};                 // empty: cacheFolder()
  std::string compiler = "gcc";  // of another architecture: with the triplet in front
  bool coverage = false;         // record which lines ran; a third of the speed
  // Lets events happen between accesses (scenario/events.h). x86_64 only; no reference, no
  // coverage.
  bool events = false;
  int jobs = 2;                                           // compilers at a time
  std::function<void(const std::string&)> progress = {};  // told what takes long, before it starts
};

// An executable agent, and what a report must say about how it was made.
struct TreeBuild {
  std::filesystem::path tree;  // the user's, absolute
  std::string arch = "x86_64";
  std::string version;                    // "6.12.117", from its Makefile
  std::filesystem::path subject;          // executable
  std::filesystem::path reference;        // the same with every batch forced to one entry; equals
                                          // `subject` if this tree's mm/rmap.c does not batch
  std::string configuration;              // identity of the configuration: hash of its inputs
  std::vector<std::string> stubs;         // functions that end a scenario when reached, by name
  std::vector<std::string> unknown_data;  // data that end a scenario when touched
  std::vector<std::string> left_out;      // neighbours that do not compile: "mm/x.c: error"
  std::vector<std::filesystem::path>
      objects;                     // that the subject was linked from (kernel code only)
  SourceLines changed;             // what the patches added or altered
  SourceLines changed_statements;  // of those, what does something (tree_statements.h)
  bool coverage = false;
  bool events = false;

  bool canBatch() const { return subject != reference; }
};

// Builds the agent of `options.tree` with `options.patches`, or finds it in the cache: then this
// takes well under a second. To judge a patch, call it twice, without and with the patches. Throws
// Error(kCannotTest) that names what is wrong with tree, patch or machine, and what to do.
TreeBuild buildTree(const TreeOptions& options);

// The same for a tree with changes of any origin laid over it; options.tree does not count.
TreeBuild buildTree(TreeView view, const TreeOptions& options);

// The version a tree's Makefile states; "unknown" if it does not.
std::string treeVersion(const TreeView& view);

}  // namespace ptecheck

#endif
