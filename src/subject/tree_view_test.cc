// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenario/error.h"
#include "subject/tree_cache.h"
#include "subject/tree_edit.h"
#include "subject/tree_files.h"
#include "subject/tree_patch.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;

// Just enough of a tree to be taken for one.
class MiniTree : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* file :
         {"Makefile", "Kconfig", "arch/x86/Kconfig", "scripts/Kbuild.include", "fs/inode.c",
          "drivers/a/b.c", "include/linux/mm.h", "arch/arm64/mm/mmu.c"})
      writeFile(tree_ / file, std::string(file) + "\n");
    writeFile(tree_ / "mm/rmap.c",
              "int helper(int a);\nint helper(int a)\n{\n\treturn a;\n}\n\nint unmap(int a)\n{\n"
              "\treturn helper(a);\n}\n");
  }
  fs::path patch(const std::string& text) {
    writeFile(scratch_.path() / "p.patch", text);
    return scratch_.path() / "p.patch";
  }
  TemporaryFolder scratch_{fs::path(testing::TempDir()) / "ptecheck-view"};
  fs::path tree_ = scratch_.path() / "tree", farm_ = scratch_.path() / "farm";
};

std::string refusal(const fs::path& tree) {
  try {
    TreeView view(tree);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCannotTest);
    return error.what();
  }
  return "";
}

TEST_F(MiniTree, RefusesWhatIsNoKernelTreeByName) {
  EXPECT_EQ(refusal(tree_), "");
  EXPECT_NE(refusal(scratch_.path() / "no").find("no: No such file"), std::string::npos);
  fs::create_directory(scratch_.path() / "empty");
  EXPECT_NE(refusal(scratch_.path() / "empty").find("empty is empty."), std::string::npos);
  EXPECT_NE(refusal(tree_ / "Makefile").find("Not a directory"), std::string::npos);
  fs::remove(tree_ / "mm/rmap.c");
  EXPECT_NE(refusal(tree_).find("it has no mm/rmap.c"), std::string::npos) << refusal(tree_);
}

TEST_F(MiniTree, AFarmLinksSourcesAndHidesProducts) {
  for (const char* file :
       {".config", "mm/rmap.o", "mm/.rmap.o.cmd", "include/config/auto.conf",
        "include/generated/autoconf.h", "arch/x86/include/generated/asm/x.h",
        "scripts/basic/fixdep", "scripts/basic/.fixdep.cmd", "scripts/basic/fixdep.c"})
    writeFile(tree_ / file, "product");
  TreeView(tree_).linkTo(farm_);
  for (const char* file :
       {".config", "mm/rmap.o", "mm/.rmap.o.cmd", "include/config", "include/generated",
        "arch/x86/include/generated", "scripts/basic/fixdep"})
    EXPECT_FALSE(fs::exists(farm_ / file)) << file;
  for (const char* file : {"Makefile", "mm/rmap.c", "fs/inode.c", "drivers/a/b.c",
                           "arch/arm64/mm/mmu.c", "include/linux/mm.h", "scripts/basic/fixdep.c"})
    EXPECT_EQ(readFile(farm_ / file), readFile(tree_ / file)) << file;
  EXPECT_TRUE(fs::is_symlink(farm_ / "drivers"));
  EXPECT_TRUE(fs::is_symlink(farm_ / "arch/arm64"));
  EXPECT_FALSE(fs::is_symlink(farm_ / "mm"));
}

TEST_F(MiniTree, ChangesAreRealFilesInTheFarmAndNowhereElse) {
  TreeView view(tree_);
  view.change("drivers/a/b.c", "new");
  view.change("mm/new.c", "fresh");
  view.change("fs/inode.c", std::nullopt);
  view.linkTo(farm_);
  EXPECT_EQ(readFile(farm_ / "drivers/a/b.c"), "new");
  EXPECT_EQ(readFile(farm_ / "mm/new.c"), "fresh");
  EXPECT_FALSE(fs::exists(farm_ / "fs/inode.c"));
  EXPECT_EQ(readFile(tree_ / "drivers/a/b.c"), "drivers/a/b.c\n");
  EXPECT_FALSE(fs::exists(tree_ / "mm/new.c"));
  EXPECT_TRUE(fs::exists(tree_ / "fs/inode.c"));
}

TEST_F(MiniTree, AFarmIsATreeAgain) {
  TreeEdit edit(tree_);
  edit.in("mm/rmap.c", "unmap").replace("helper\\(a\\)", "1").writeTo(farm_);
  TreeView(farm_).linkTo(scratch_.path() / "second");
  EXPECT_EQ(readFile(scratch_.path() / "second/mm/rmap.c"), readFile(farm_ / "mm/rmap.c"));
  EXPECT_EQ(readFile(scratch_.path() / "second/drivers/a/b.c"), "drivers/a/b.c\n");
}

TEST_F(MiniTree, StructureIsWhatConfigurationDependsOn) {
  const std::vector<std::string> names = TreeView(tree_).structure();
  EXPECT_EQ(names, (std::vector<std::string>{"Kconfig", "Makefile", "arch/x86/Kconfig",
                                             "include/linux/mm.h", "scripts/Kbuild.include"}));
  TreeView changed(tree_);
  changed.change("include/linux/new.h", "");
  changed.change("mm/rmap.c", "");
  EXPECT_EQ(changed.structure().size(), names.size() + 1);
}

// --- TreeEdit ---

TEST_F(MiniTree, AnEditStaysInItsFunctionAndMustMatchOnce) {
  TreeEdit edit(tree_);
  edit.in("mm/rmap.c", "unmap").replace("int a", "long a");
  edit.in("mm/rmap.c", "helper").insertAfter("return", " 2 *").insertBeforeFunction("/* here */\n");
  EXPECT_EQ(edit.view().read("mm/rmap.c"),
            "int helper(int a);\n/* here */\nint helper(int a)\n{\n\treturn 2 * a;\n}\n\n"
            "int unmap(long a)\n{\n\treturn helper(a);\n}\n");
  EXPECT_THROW(edit.in("mm/rmap.c").replace("return", ""), Error);     // twice
  EXPECT_THROW(edit.in("mm/rmap.c").replace("not there", ""), Error);  // never
  EXPECT_THROW(edit.in("mm/rmap.c", "none").replace("a", ""), Error);  // no such function
  EXPECT_THROW(edit.in("mm/none.c").replace("a", ""), Error);          // no such file
}

// --- Patches ---

constexpr const char* kPatch =
    "Some words first.\n"
    "--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -7,4 +7,6 @@\n int unmap(int a)\n {\n-\treturn "
    "helper(a);\n"
    "+\tif (!a)\n+\t\treturn 0;\n+\treturn helper(a + 1);\n }\n"
    "--- /dev/null\n+++ b/mm/new.h\n@@ -0,0 +1,2 @@\n+one\n+two\n"
    "--- a/fs/inode.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-fs/inode.c\n";

TEST_F(MiniTree, APatchChangesTheViewAndSaysWhichLines) {
  TreeView view(tree_);
  applyPatches(view, {patch(kPatch)});
  EXPECT_EQ(view.read("mm/new.h"), "one\ntwo\n");
  EXPECT_FALSE(view.exists("fs/inode.c"));
  EXPECT_TRUE(fs::exists(tree_ / "fs/inode.c"));
  EXPECT_FALSE(fs::exists(tree_ / "mm/new.h"));
  const SourceLines lines = changedLines(view);
  EXPECT_EQ(lines.at("mm/rmap.c"), (std::set<unsigned>{9, 10, 11}));
  EXPECT_EQ(lines.at("mm/new.h"), (std::set<unsigned>{1, 2}));
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(MiniTree, RemovedLinesCountByTheirNeighbours) {
  TreeView view(tree_);
  applyPatches(view,
               {patch("--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -7,4 +7,3 @@\n int unmap(int a)\n {\n"
                      "-\treturn helper(a);\n }\n")});
  EXPECT_EQ(changedLines(view).at("mm/rmap.c"), (std::set<unsigned>{8, 9}));
}

TEST_F(MiniTree, PatchesAddUp) {
  TreeView view(tree_);
  applyPatches(view, {patch(kPatch)});
  applyPatches(view, {patch("--- a/mm/new.h\n+++ b/mm/new.h\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n")});
  EXPECT_EQ(view.read("mm/new.h"), "1\ntwo\n");
}

std::string failure(const fs::path& tree, const fs::path& patch, ErrorKind kind) {
  try {
    TreeView view(tree);
    applyPatches(view, {patch});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "it applies";
  return "";
}

TEST_F(MiniTree, APatchThatDoesNotApplyIsNamedWithFileAndHunk) {
  const auto has = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " not in: " << text;
  };
  std::string text = kPatch;
  text.replace(text.find("return helper(a);"), 6, "RETURN");
  std::string message = failure(tree_, patch(text), ErrorKind::kCannotTest);
  has(message, "p.patch does not apply");
  has(message, "mm/rmap.c: Hunk #1 FAILED at 7");
  has(failure(tree_, patch("--- a/mm/none.c\n+++ b/mm/none.c\n@@ -1 +1 @@\n-a\n+b\n"),
              ErrorKind::kCannotTest),
      "find file to patch");
  has(failure(tree_, patch("hello\n"), ErrorKind::kCannotTest), "is not a patch");
  has(failure(tree_, patch("--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -1,9 +1 @@\n-int\n"),
              ErrorKind::kCannotTest),
      "malformed");
  has(failure(tree_, scratch_.path() / "none.patch", ErrorKind::kUsage), "Cannot read the patch");
  TreeView view(tree_);
  applyPatches(view, {patch("--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -7,1 +7,1 @@\n-int unmap(int "
                            "a)\n+int unmap(int b)\n")});
  try {
    applyPatches(view, {scratch_.path() / "p.patch"});
    ADD_FAILURE() << "applied twice";
  } catch (const Error& error) {
    has(error.what(), "mm/rmap.c");
  }
}

TEST(PatchNames, LeaveOutWhatIsOutsideTheTree) {
  EXPECT_EQ(filesOfPatch("--- a/mm/x.c\t2026\n+++ b/mm/y.c\nrename to lib/z.c\n+++ /dev/null\n"
                         "+++ b/../../etc/passwd\n+++ plain\n"),
            (std::set<std::string>{"mm/x.c", "mm/y.c", "lib/z.c"}));
}

// --- The cache's age ---

TEST(Cache, ForgetsWhatNobodyUsedForTwoWeeks) {
  TemporaryFolder cache(fs::path(testing::TempDir()) / "ptecheck-trim");
  const auto age = [&](const fs::path& entry, int days) {
    fs::last_write_time(entry, fs::file_time_type::clock::now() - std::chrono::hours(24 * days));
  };
  for (const char* file : {"agents/old/agent", "agents/new/agent", "objects/a/x.o", "objects/b/y.o",
                           "kernels/linux-source-6.12/Makefile"})
    writeFile(cache.path() / file, "");
  age(cache.path() / "agents/old", 15);
  age(cache.path() / "agents/new", 13);
  age(cache.path() / "objects/a/x.o", 15);
  age(cache.path() / "objects/b/y.o", 15);
  EXPECT_TRUE(markUsed(cache.path() / "objects/b/y.o"));
  EXPECT_FALSE(markUsed(cache.path() / "objects/b/z.o"));
  age(cache.path() / "kernels", 100);
  trimCache(cache.path());
  EXPECT_FALSE(fs::exists(cache.path() / "agents/old"));
  EXPECT_TRUE(fs::exists(cache.path() / "agents/new/agent"));
  EXPECT_FALSE(fs::exists(cache.path() / "objects/a"));
  EXPECT_TRUE(fs::exists(cache.path() / "objects/b/y.o"));
  EXPECT_TRUE(fs::exists(cache.path() / "kernels/linux-source-6.12/Makefile"));
}

}  // namespace
}  // namespace ptecheck
