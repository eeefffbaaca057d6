// SPDX-License-Identifier: GPL-2.0-only
//
// docs/tutorial.md is a shell session: every command runs, in one shell as the reader's, and prints
// what the page shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;
using Lines = std::vector<std::string>;

struct Step {
  std::string command;
  Lines shown;  // of its stdout; "..." stands for any lines, or for the rest of one
};

Lines linesOf(const std::string& text) {
  std::istringstream in(text);
  Lines lines;
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  return lines;
}

// Indented by four spaces: a command after "$ ", else what the last one prints. An empty line
// counts if the block goes on behind it.
std::vector<Step> stepsOf(const std::string& page) {
  std::vector<Step> steps;
  bool inside = false;
  std::size_t empty = 0;
  for (const std::string& line : linesOf(page)) {
    if (line.empty()) {
      ++empty;
      continue;
    }
    const bool code = line.starts_with("    ");
    if (code && line.starts_with("    $ "))
      steps.push_back({line.substr(6), {}});
    else if (code && inside && !steps.empty()) {
      steps.back().shown.insert(steps.back().shown.end(), empty, "");
      steps.back().shown.push_back(line.substr(4));
    }
    inside = code;
    empty = 0;
  }
  return steps;
}

bool isShownAs(const std::string& printed, const std::string& shown) {
  if (shown.ends_with("...")) return printed.starts_with(shown.substr(0, shown.size() - 3));
  return printed == shown;
}

// Whether `printed` from `at` on is what the page shows from `from` on.
bool matches(const Lines& printed, std::size_t at, const Lines& shown, std::size_t from) {
  if (from == shown.size()) return at == printed.size();
  if (shown[from] == "...") {
    for (; at <= printed.size(); ++at)
      if (matches(printed, at, shown, from + 1)) return true;
    return false;
  }
  return at < printed.size() && isShownAs(printed[at], shown[from]) &&
         matches(printed, at + 1, shown, from + 1);
}

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
  const fs::path top = scratch.path(), built = "build/release/ptecheck";
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
