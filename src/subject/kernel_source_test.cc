// SPDX-License-Identifier: GPL-2.0-only
#include "subject/kernel_source.h"

#include <gtest/gtest.h>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;

fs::path scratch() { return fs::path(testing::TempDir()) / "ptecheck-kernels"; }

TEST(KernelSource, RefusesWhatIsNoVersion) {
  for (const char* version : {"", "latest", "6", "6.", "../6.12", "6.12; rm"}) {
    try {
      getKernelSource(version, {scratch(), {}});
      ADD_FAILURE() << version;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage) << version;
    }
  }
  EXPECT_FALSE(fs::exists(scratch()));
}

TEST(KernelSource, NamesThePackageThatDoesNotExistAndLeavesNothing) {
  try {
    getKernelSource("99.98", {scratch(), {}});
    ADD_FAILURE() << "found?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCannotTest);
    EXPECT_NE(std::string(error.what()).find("linux-source-99.98"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("apt-get update"), std::string::npos) << error.what();
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch() / "kernels"))
    EXPECT_EQ(entry.path().filename(), "lock");
  fs::remove_all(scratch());
}

TEST(TreeKernelSource, IsThereTheSecondTimeWithoutWork) {
  const fs::path first = getKernelSource("6.12", {});
  EXPECT_TRUE(fs::exists(first / "mm/rmap.c"));
  bool worked = false;
  EXPECT_EQ(getKernelSource("6.12", {{}, [&](const std::string&) { worked = true; }}), first);
  EXPECT_FALSE(worked);
}

}  // namespace
}  // namespace ptecheck
