// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_patch.h"

#include <cstdlib>
#include <sstream>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_files.h"
#include "subject/tree_statements.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// "a/mm/rmap.c\t2026-01-01" -> "mm/rmap.c"; empty for /dev/null and for paths that leave the tree
// (patch itself refuses those).
std::string stripped(const std::string& header) {
  std::string name = header.substr(0, header.find_first_of("\t\r\n"));
  const size_t slash = name.find('/');
  if (slash == 0 || slash == name.npos || name.find("..") != name.npos) return "";
  return name.substr(slash + 1);
}

// What of patch's own output says why: which file, which hunk.
std::string reasons(const std::string& output) {
  std::istringstream lines(output);
  std::string file, out;
  const Pattern interesting(
      "FAILED at|[Cc]an't find|Reversed|garbage|malformed|No file to patch|"
      "already exists|rejects");
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("patching file ", 0) == 0 || line.rfind("checking file ", 0) == 0) {
      file = line.substr(14);
    } else if (interesting.occursIn(line)) {
      out += "\n  " + (file.empty() ? "" : file + ": ") + line;
    }
  }
  return out.empty() ? "\n" + lastLines(output, 5) : out;
}

void applyPatch(TreeView& view, const fs::path& file) {
  const std::optional<std::string> patch = readFile(file);
  if (!patch) throw Error(ErrorKind::kUsage, "Cannot read the patch " + file.string() + ".");
  const std::set<std::string> names = filesOfPatch(*patch);
  if (names.empty())
    throw Error(ErrorKind::kCannotTest,
                file.string() + " is not a patch: it has no line that starts with" +
                    " '+++ b/FILE'. Use the output of git diff, git" + " format-patch or diff -u.");
  TemporaryFolder folder(cacheFolder() / "work");
  for (const std::string& name : names)
    if (const std::optional<std::string> contents = view.read(name))
      writeFile(folder.path() / name, *contents);
  const CommandResult result = runCommand(
      {{"patch", "-p1", "--forward", "--batch", "--no-backup-if-mismatch", "--reject-file=-"},
       folder.path(),
       {},
       *patch});
  if (!result.ok())
    throw Error(ErrorKind::kCannotTest,
                "The patch " + file.string() + " does not apply to " + view.root().string() + ":" +
                    reasons(result.output + result.error) +
                    "\nRebase it onto this tree, or test the tree it was made for.");
  for (const std::string& name : names) {
    std::optional<std::string> contents = readFile(folder.path() / name);
    if (contents != view.read(name)) view.change(name, std::move(contents));
  }
}

}  // namespace

std::set<std::string> filesOfPatch(const std::string& patch) {
  std::set<std::string> names;
  std::istringstream lines(patch);
  for (std::string line; std::getline(lines, line);) {
    std::string name;
    if (line.rfind("+++ ", 0) == 0 || line.rfind("--- ", 0) == 0) name = stripped(line.substr(4));
    // A renaming without hunks has no such lines; its names come without "a/".
    for (const char* word : {"rename from ", "rename to ", "copy from ", "copy to "})
      if (line.rfind(word, 0) == 0) name = stripped("a/" + line.substr(std::string(word).size()));
    if (!name.empty()) names.insert(name);
  }
  return names;
}

void applyPatches(TreeView& view, const std::vector<fs::path>& patches) {
  for (const fs::path& patch : patches) applyPatch(view, patch);
}

SourceLines changedLines(const TreeView& view) {
  SourceLines lines;
  const Pattern hunk("^@@ -\\d+(?:,\\d+)? \\+(\\d+)(?:,(\\d+))? @@.*");
  for (const auto& [file, contents] : view.changes()) {
    if (!contents) continue;
    TemporaryFolder folder(cacheFolder() / "work");
    writeFile(folder.path() / "old", readFile(view.root() / file).value_or(""));
    writeFile(folder.path() / "new", *contents);
    std::istringstream diff(
        runCommand({{"diff", "-U0", "old", "new"}, folder.path(), {}, {}}).output);
    for (std::string line; std::getline(diff, line);) {
      const std::optional<Pattern::Match> match = hunk.match(line);
      if (!match) continue;
      unsigned first = unsigned(std::stoul(match->groups[1]));
      unsigned count = match->groups[2].empty() ? 1 : unsigned(std::stoul(match->groups[2]));
      if (count == 0) count = 2;  // removed between `first` and the next line
      for (unsigned i = 0; i < count; ++i) lines[file].insert(first + i);
    }
  }
  return lines;
}

SourceLines changedStatements(const TreeView& view, const SourceLines& changed) {
  SourceLines statements;
  for (const auto& [file, lines] : changed) {
    const bool assembler = file.ends_with(".S");
    if (!assembler && !file.ends_with(".c") && !file.ends_with(".h")) continue;
    const std::set<unsigned> candidates =
        assembler ? lines : statementLines(view.read(file).value_or(""));
    for (unsigned line : lines)
      if (candidates.contains(line)) statements[file].insert(line);
  }
  return statements;
}

}  // namespace ptecheck
