// SPDX-License-Identifier: GPL-2.0-only
#include "subject/process.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "scenario/error.h"

namespace ptecheck {
namespace {

TEST(Process, SeparatesOutputErrorAndStatus) {
  CommandResult result = runCommand({{"sh", "-c", "cat; echo oops >&2; exit 3"}, {}, {}, "hello"});
  EXPECT_EQ(result.output, "hello");
  EXPECT_EQ(result.error, "oops\n");
  EXPECT_EQ(result.status, 3);
}

TEST(Process, MovesMoreThanAPipeHoldsBothWays) {
  const std::string big(1 << 20, 'x');
  EXPECT_EQ(runCommand({{"cat"}, {}, {}, big}).output, big);
}

TEST(Process, AChildThatDoesNotReadItsInputIsNoError) {
  EXPECT_TRUE(runCommand({{"true"}, {}, {}, std::string(1 << 20, 'x')}).ok());
}

TEST(Process, CountsSignalsAsTheShellDoes) {
  EXPECT_EQ(runCommand({{"sh", "-c", "kill -9 $$"}, {}, {}, {}}).status, 128 + 9);
}

TEST(Process, RunsInItsFolderWithItsOwnEnvironment) {
  setenv("MAKEFLAGS", "-k", 1);
  CommandResult result = runCommand({{"sh", "-c", "pwd; echo $MAKEFLAGS$X"}, "/usr", {"X=y"}, {}});
  unsetenv("MAKEFLAGS");
  EXPECT_EQ(result.output, "/usr\ny\n");
}

TEST(Process, NamesThePackagesOfMissingTools) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  try {
    requireTools({"flex", "ld", "objdump"});
    ADD_FAILURE() << "nothing missing?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCannotTest);
    EXPECT_STREQ(
        error.what(),
        "Not found in PATH: flex, ld, objdump. Install with: apt-get install binutils flex.");
  }
  try {
    requireTools({"s390x-linux-gnu-gcc", "s390x-linux-gnu-objdump", "qemu-s390x"});
    ADD_FAILURE() << "nothing missing?";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Not found in PATH: s390x-linux-gnu-gcc, s390x-linux-gnu-objdump, qemu-s390x. "
                 "Install with: apt-get install binutils-s390x-linux-gnu gcc-s390x-linux-gnu "
                 "qemu-user.");
  }
  setenv("PATH", path.c_str(), 1);
}

TEST(Process, QuotesTheEndOfALog) {
  EXPECT_EQ(lastLines("a\nb\nc\n", 2), "  b\n  c");
  EXPECT_EQ(lastLines("a\n", 5), "  a");
  EXPECT_EQ(lastLines("", 5), "  (it printed nothing)");
}

TEST(Process, FindsTheFirstError) {
  EXPECT_EQ(firstError("x.c: In function f:\nx.c:3:1: error: no\nx.c:4:1: error: never\n"),
            "x.c:3:1: error: no");
  EXPECT_EQ(firstError("something\nelse\n"), "else");
}

}  // namespace
}  // namespace ptecheck
