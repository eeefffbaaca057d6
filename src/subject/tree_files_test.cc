// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "scenario/error.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;

fs::path scratch() { return fs::path(testing::TempDir()) / "ptecheck-files"; }

TEST(FilesTest, CacheFolderPrefersTheMoreSpecificVariable) {
  const char* old_value = std::getenv("PTECHECK_CACHE");
  const std::string old = old_value ? old_value : "";
  setenv("XDG_CACHE_HOME", "/xdg", 1);
  unsetenv("PTECHECK_CACHE");
  EXPECT_EQ(cacheFolder(), "/xdg/ptecheck");
  setenv("PTECHECK_CACHE", "/mine", 1);
  EXPECT_EQ(cacheFolder(), "/mine");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("PTECHECK_CACHE");
  EXPECT_EQ(cacheFolder(), fs::path(std::getenv("HOME")) / ".cache/ptecheck");
  if (old_value) setenv("PTECHECK_CACHE", old.c_str(), 1);
}

TEST(FilesTest, ReadsWhatWasWrittenAndNothingElse) {
  TemporaryFolder folder(scratch());
  const std::string bytes("a\0b\n", 4);
  writeFileAtomically(folder.path() / "x/y", bytes);
  EXPECT_EQ(readFile(folder.path() / "x/y"), bytes);
  EXPECT_EQ(readFile(folder.path() / "x"), std::nullopt);
  EXPECT_EQ(readFile(folder.path() / "no"), std::nullopt);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "x"), {}), 1);
  EXPECT_THROW(writeFile("/proc/no/such", "x"), Error);
}

TEST(FilesTest, ATemporaryFolderGoesAwayUnlessRenamed) {
  fs::path lost, kept = scratch() / "kept";
  {
    TemporaryFolder one(scratch()), two(scratch());
    lost = one.path();
    writeFile(one.path() / "f", "1");
    writeFile(two.path() / "f", "2");
    two.renameTo(kept);
  }
  EXPECT_FALSE(fs::exists(lost));
  EXPECT_EQ(readFile(kept / "f"), "2");
  {
    TemporaryFolder late(scratch());
    writeFile(late.path() / "f", "3");
    late.renameTo(kept);  // somebody was faster
  }
  EXPECT_EQ(readFile(kept / "f"), "2");
  fs::remove_all(scratch());
}

TEST(FilesTest, LeftoversOfAKilledProcessAreRemoved) {
  const pid_t child = fork();
  if (child == 0) {
    new TemporaryFolder(scratch());  // never destroyed
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  ASSERT_EQ(std::distance(fs::directory_iterator(scratch()), {}), 1);
  { TemporaryFolder mine(scratch()); }
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch()), {}), 0);
  fs::remove_all(scratch());
}

TEST(FilesTest, LocksExclude) {
  const fs::path file = scratch() / "lock";
  int inside = 0, most = 0;
  auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      FileLock lock(file);
      most = std::max(most, ++inside);
      --inside;
    }
  };
  std::thread one(work), two(work);
  one.join(), two.join();
  EXPECT_EQ(most, 1);
  fs::remove_all(scratch());
}

TEST(FilesTest, DataLines) {
  EXPECT_EQ(dataLines("# c\n\n  a b \n#d\nlast"), (std::vector<std::string>{"a b", "last"}));
}

}  // namespace
}  // namespace ptecheck
