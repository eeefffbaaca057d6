// SPDX-License-Identifier: GPL-2.0-only
//
// docs/tutorial.md is a shell session: every command runs, in one shell as the reader's, and prints
// what the page shows.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "program.h"
#include "session.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;
TEST(Tutorial, IsComparedLineByLine) {
  const Lines printed = {"a", "b1", "", "c", "d"};
  EXPECT_TRUE(matches(printed, 0, {"a", "b...", "", "c", "d"}, 0));
  EXPECT_TRUE(matches(printed, 0, {"...", "c", "..."}, 0));
  EXPECT_TRUE(matches(printed, 0, {"a", "...", "d"}, 0));
  EXPECT_FALSE(matches(printed, 0, {"a", "...", "c"}, 0));
  EXPECT_FALSE(matches(printed, 0, {"b...", "..."}, 0));
  EXPECT_FALSE(matches(printed, 0, {}, 0));
  const std::vector<Step> steps = stepsOf("text\n\n    $ one\n    x\n\n    y\n    $ two\n\nmore\n");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].shown, (Lines{"x", "", "y"}));
  EXPECT_TRUE(steps[1].shown.empty());
}

TEST(TreeTutorial, EveryCommandPrintsWhatThePageShows) {
  getKernelSource("6.12", {});
  const std::vector<Step> steps = stepsOf(readFile(PTECHECK_SOURCE_DIR "/docs/tutorial.md"));
  ASSERT_GT(steps.size(), 12U);

  // A checkout of the reader's, as far as the page needs one.
  const Scratch scratch;
  const fs::path& top = scratch.path();
  const fs::path built = "build/release/ptecheck";
  fs::create_directories(top / "build/release");
  fs::create_symlink(PTECHECK_BINARY, top / built);
  fs::create_symlink(PTECHECK_SOURCE_DIR "/examples", top / "examples");
  if (PTECHECK_BINARY == (fs::path(PTECHECK_SOURCE_DIR) / built).string()) {
    fs::create_symlink(PTECHECK_SOURCE_DIR "/run", top / "run");
  } else {  // another build than that which ./run makes
    fs::create_symlink(PTECHECK_BINARY, top / "run");
  }

  // $? of one command is what the next one finds.
  std::string script = "cd '" + top.string() + "'; export TMPDIR=$PWD; status=0\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string files = "'" + (top / std::to_string(i)).string() + "'";
    script += "{ (exit $status)\n" + steps[i].command + "\n} >" + files + ".out 2>" + files +
              ".err </dev/null; status=$?; echo $status >" + files + ".status\n";
  }
  const std::string shell = "bash '" + scratch.file("session", script).string() + "'";
  ASSERT_EQ(std::system(shell.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)

  for (std::size_t i = 0; i < steps.size(); ++i) {
    const fs::path files = top / std::to_string(i);
    const std::string printed = readFile(files.string() + ".out");
    EXPECT_TRUE(matches(linesOf(printed), 0, steps[i].shown, 0))
        << "$ " << steps[i].command << "\n"
        << printed << readFile(files.string() + ".err");
    const std::string status = readFile(files.string() + ".status");
    EXPECT_TRUE(status == "0\n" || status == "1\n") << steps[i].command << ": " << status;
  }
}

}  // namespace
}  // namespace ptecheck
