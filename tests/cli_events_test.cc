// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check --events and replay --at, as a user has them.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "program.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;

TEST(CliEvents, RefusesWhatItCannotDo) {
  const struct {
    Words more;
    const char* says;
  } cases[] = {{{"--events", "3"}, "from 1 to 2"},
               {{"--events", "0"}, "from 1 to 2"},
               {{"--events", "1", "--format", "json"}, "as text only"},
               {{"--events", "1", "--family", "swap"}, "reclaim only"},
               {{"--events", "1", "--arch", "arm64"}, "x86_64 only"},
               {{"--events", "1", "--random", "5"}, "excludes --events"},
               {{"--events", "1", "--agree"}, "excludes --events"}};
  for (const auto& one : cases) {
    Words words = {"check", "--kernel", "/nowhere"};
    words.insert(words.end(), one.more.begin(), one.more.end());
    const Ended result = run(words);
    EXPECT_EQ(result.status, 129) << one.says;
    EXPECT_TRUE(has(result.err, one.says)) << result.err;
  }
  EXPECT_TRUE(has(run({"check", "--events", "1"}).err, "requires --kernel"));
  EXPECT_TRUE(
      has(run({"replay", "e1/tree/100000000f6", "--at", "1:glanced"}).err, "requires --kernel"));
}

Words smallCheck(const fs::path& tree) {
  return {"check",   "--kernel", tree.string(),  "--events", "1",
          "--pages", "1",        "--deviations", "1.0.0"};
}

TEST(TreeCliEvents, DebiansKernelIsGood) {
  const Ended result = run(smallCheck(getKernelSource("6.12", {})));
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_TRUE(result.out.starts_with("verdict:     good\n")) << result.out;
  EXPECT_TRUE(has(result.out, "with 1 event\n")) << result.out;
  EXPECT_LE(longestLine(result.out), 75U);
}

// A hunk that replaces `line`, which is number `number`.
std::string hunk(unsigned number, const std::string& line, const std::string& by) {
  const std::string at = std::to_string(number) + ",1";
  return "@@ -" + at + " +" + at + " @@\n-" + line + "\n+" + by + "\n";
}

// A patch makes the tree read the folio's dirty flag before the references, not behind them: the
// order that 6.12 asks for with smp_rmb(). The finding is found again by the command it comes with.
TEST(TreeCliEvents, APatchThatReadsTooEarlyIsAFindingThatIsReplayed) {
  const fs::path tree = getKernelSource("6.12", {});
  std::istringstream file(readFile(tree / "mm/rmap.c"));
  std::string patch = "--- a/mm/rmap.c\n+++ b/mm/rmap.c\n", line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    if (line.ends_with("int ref_count, map_count;"))
      patch += hunk(number, line, line + " bool first;");
    if (line.ends_with("ref_count = folio_ref_count(folio);"))
      patch += hunk(number, line, "first = folio_test_dirty(folio);" + line);
    if (line.ends_with("(!folio_test_dirty(folio) ||")) patch += hunk(number, line, "(!first ||");
  }
  const Scratch scratch;
  const std::string path = scratch.file("early.patch", patch).string();
  Words words = smallCheck(tree);
  words.insert(words.end(), {"--patch", path});
  const Ended result = run(words);
  EXPECT_EQ(result.status, 1) << result.err << result.out;
  EXPECT_TRUE(result.out.starts_with("verdict:     BROKEN: dirty-lost contents\n")) << result.out;
  EXPECT_TRUE(has(result.out, "before the 1st look at the references")) << result.out;
  const std::string mark = "Again: ptecheck replay ";
  std::istringstream command(result.out.substr(result.out.find(mark) + mark.size()));
  std::string id, option, kernel, named_patch, at;
  command >> id >> option >> kernel >> option >> named_patch >> option >> at;
  EXPECT_EQ(named_patch, path);
  EXPECT_EQ(kernel, tree.string());
  EXPECT_EQ(option, "--at");
  EXPECT_TRUE(at.ends_with(":finished")) << at;
  const Ended again = run({"replay", id, "--kernel", kernel, "--patch", path, "--at", at});
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_TRUE(has(again.out, "verdict:     BROKEN: dirty-lost")) << again.out;
  const Ended told = run({"explain", id, "--kernel", kernel, "--patch", path, "--at", at});
  EXPECT_EQ(told.status, 1) << told.err;
  EXPECT_TRUE(has(told.out, "Other processors act between accesses of the code:\n  * moment "))
      << told.out;
  EXPECT_TRUE(has(told.out, "before the 1st look at the references")) << told.out;
  EXPECT_TRUE(has(told.out, " --at " + at)) << told.out;
  EXPECT_FALSE(has(told.out, "Which policies avoid it")) << told.out;
  EXPECT_LE(longestLine(told.out), 75U);
  // The tree itself has one look at the flag less before that.
  const std::string sooner = std::to_string(std::stoi(at) - 1) + ":finished";
  const Ended itself = run({"replay", id, "--kernel", kernel, "--at", sooner});
  EXPECT_EQ(itself.status, 0) << itself.err << itself.out;
  EXPECT_TRUE(has(itself.out, "before the 1st look at the references")) << itself.out;
  const Ended late = run({"replay", id, "--kernel", kernel, "--at", "90:finished"});
  EXPECT_EQ(late.status, 129);
  EXPECT_TRUE(has(late.err, "'90:finished' is not possible there")) << late.err;
}

}  // namespace
}  // namespace ptecheck
