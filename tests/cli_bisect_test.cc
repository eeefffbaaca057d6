// SPDX-License-Identifier: GPL-2.0-only
//
// git bisect run, with the very commands of docs/manual.md, in a small repository whose history
// breaks a tree and repairs it again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "check/tree_mutants.h"
#include "program.h"
#include "subject/kernel_source.h"
#include "subject/process.h"
#include "subject/tree_edit.h"

namespace ptecheck {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "mm/rmap.c";

// The indented blocks of a section of the manual, each as one script.
std::vector<std::string> blocksOf(const std::string& section) {
  const std::string manual = program::readFile(PTECHECK_SOURCE_DIR "/docs/manual.md");
  const std::size_t begin = manual.find("\n## " + section + "\n");
  if (begin == std::string::npos) return {};
  std::istringstream lines(manual.substr(begin + 1, manual.find("\n## ", begin + 1) - begin));
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool code = line.starts_with("    ");
    if (code && !inside) blocks.emplace_back();
    if (code) blocks.back() += line.substr(4) + '\n';
    inside = code;
  }
  return blocks;
}

// A kernel tree of links whose mm/rmap.c has a history.
class Repository {
 public:
  explicit Repository(const fs::path& kernel) : kernel_(kernel) {
    TreeEdit(kernel).writeTo(folder());
    sh("git init -q -b main && git config user.name T && git config user.email t@example.org");
  }

  fs::path folder() const { return scratch_.path() / "linux"; }

  // `mutant`: whose edits make the file what it is now; null: Debian's. `more` is put on top.
  void commit(const std::string& subject, const char* mutant, const std::string& more = "") {
    TreeEdit edit(kernel_);
    for (const TreeMutant& one : treeMutants())
      if (mutant != nullptr && std::string(one.name) == mutant) one.apply(edit);
    fs::remove(folder() / kFile);  // a link into Debian's tree, the first time
    program::writeFile(folder() / kFile, *edit.view().read(kFile) + more);
    program::writeFile(folder() / "mm/example-notes", subject);
    sh("git add -f mm/rmap.c mm/example-notes && git commit -q -m '" + subject + "'");
  }

  // Runs a script; `ptecheck` is the program under test.
  CommandResult sh(const std::string& script) const {
    const fs::path programs = fs::path(PTECHECK_BINARY).parent_path();
    const CommandResult result =
        runCommand({{"sh", "-ec", "PATH=" + programs.string() + ":$PATH\n" + script},
                    folder(),
                    {"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"},
                    {}});
    EXPECT_EQ(result.status, 0) << script << result.output << result.error;
    return result;
  }

 private:
  fs::path kernel_;
  program::Scratch scratch_;
};

TEST(TreeCliBisect, FindsTheBreakAndTheRepair) {
  const std::vector<std::string> blocks = blocksOf("Bisecting");
  ASSERT_EQ(blocks.size(), 2U) << "docs/manual.md: one block finds the break, one the repair";
  constexpr const char* kRight = "batch-respecting-bits";
  constexpr const char* kWrong = "batch-restore-first";
  constexpr const char* kNoC = "\nint example_unfinished(\n";

  Repository repository(getKernelSource("6.12", {}));
  repository.commit("as Debian has it", nullptr);
  repository.sh("git tag v6.12");
  repository.commit("a comment", nullptr, "/* nothing */\n");
  repository.commit("unmap in batches", kRight);
  repository.commit("does not compile", kRight, kNoC);
  repository.commit("compiles again", kRight);
  repository.commit("look at no bits", kWrong);
  repository.commit("another file", kWrong);
  repository.sh("git tag v6.16");
  repository.commit("yet another file", kWrong);
  repository.commit("does not compile either", kWrong, kNoC);
  repository.commit("compiles, and is as wrong as before", kWrong);
  repository.commit("look at bits", kRight);
  repository.sh("git tag v7.0");

  const std::string broke = repository.sh(blocks[0]).output;
  EXPECT_TRUE(program::has(broke, "is the first bad commit")) << broke;
  EXPECT_EQ(repository.sh("git log -1 --format=%s refs/bisect/bad").output, "look at no bits\n");
  EXPECT_TRUE(program::has(repository.sh("git bisect log").output, "# skip: "));
  repository.sh("git bisect reset");

  const std::string repaired = repository.sh(blocks[1]).output;
  EXPECT_TRUE(program::has(repaired, "is the first fixed commit")) << repaired;
  EXPECT_EQ(repository.sh("git log -1 --format=%s refs/bisect/fixed").output, "look at bits\n");
  EXPECT_TRUE(program::has(repository.sh("git bisect log").output, "# skip: "));
}

}  // namespace
}  // namespace ptecheck
