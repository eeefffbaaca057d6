// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_lines.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "scenario/hex.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_arch.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// "/ptecheck-tree/ptecheck_out/../include/linux/mm.h", "../include/linux/mm.h",
// "/ptecheck-tree/mm/rmap.c"
// -> relative to the tree. The prefix is what the agent was compiled with (tree.cc).
std::string treeRelative(const std::string& name) {
  std::string out = fs::path(name).lexically_normal().string();
  const std::string top = "/ptecheck-tree/";
  if (out.rfind(top, 0) == 0) out = out.substr(top.size());
  while (out.rfind("../", 0) == 0) out = out.substr(3);
  return out;
}

std::string baseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string decodedLines(const TreeArch& arch, const fs::path& file) {
  return runCommand(
             {{arch.tool("objdump"), "--dwarf=decodedline", file.string()}, {}, {}, {}, true})
      .output;
}

// Where blocks begin: at functions, and at each call of the coverage hook.
std::set<uint64_t> blockStarts(const TreeArch& arch, const fs::path& executable) {
  std::set<uint64_t> starts;
  const std::string text =
      runCommand({{arch.tool("objdump"), "-d", "--no-show-raw-insn", executable.string()},
                  {},
                  {},
                  {},
                  true})
          .output;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const bool label = line.back() == ':' && line[0] == '0';
    const bool call = line[0] == ' ' && line.find("<__sanitizer_cov_trace_pc>") != line.npos;
    if (label || call) starts.insert(std::stoull(line, nullptr, 16));
  }
  return starts;
}

}  // namespace

std::vector<LineRow> parseDecodedLines(const std::string& text) {
  // Three kinds of line count: "path/file.c:" names the file of what follows, "file.c 12 0x40 x" is
  // a row, "file.c - 0x44" ends a sequence. After such an end the next row belongs to the first
  // file of its unit again, and objdump does not say so; it is told by its last name component. Of
  // a unit's first file the folder can be missing in the first header ("contpte.c:", and later
  // "../arch/arm64/mm/contpte.c:"): a name alone means the path that ends in it, if there is one.
  std::map<std::string, std::set<std::string>> paths;
  const auto isHeader = [](const std::string& line) {
    return line.size() > 1 && line.back() == ':' && line.find(' ') == line.npos;
  };
  {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (isHeader(line))
        paths[baseName(line.substr(0, line.size() - 1))].insert(line.substr(0, line.size() - 1));
  }
  for (auto& [name, candidates] : paths)
    if (candidates.size() > 1) candidates.erase(name);
  std::vector<LineRow> rows;
  std::string current;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (isHeader(line)) {
      current = line.substr(0, line.size() - 1);
      if (const std::set<std::string>& candidates = paths[current]; candidates.size() == 1)
        current = *candidates.begin();
      continue;
    }
    std::istringstream fields(line);
    std::string name, number, address;
    if (!(fields >> name >> number >> address) || number.empty() ||
        !std::isdigit(static_cast<unsigned char>(number[0])))
      continue;
    if (address.find_first_not_of("0123456789abcdefx") != address.npos) continue;
    if (name != baseName(current)) {
      const std::set<std::string>& candidates = paths[name];
      if (candidates.size() != 1) continue;
      current = *candidates.begin();
    }
    rows.push_back(
        {treeRelative(current), unsigned(std::stoul(number)), std::stoull(address, nullptr, 16)});
  }
  return rows;
}

std::string TreeLines::userPath(const std::string& file) const {
  const std::string relative = treeRelative(file.substr(0, file.find(':')));
  const size_t colon = file.find(':');
  const bool known = fs::exists(build_.tree / relative);
  return (known ? (build_.tree / relative).string() : relative) +
         (colon == file.npos ? "" : file.substr(colon));
}

std::string TreeLines::place(uint64_t pc) {
  auto [entry, fresh] = places_.try_emplace(pc);
  if (!fresh) return entry->second;
  std::string out =
      runCommand({{treeArch(build_.arch).tool("addr2line"), "-e", build_.subject.string(), hex(pc)},
                  {},
                  {},
                  {},
                  true})
          .output;
  out = out.substr(0, out.find_first_of(" \n"));
  const bool unknown = out.empty() || out[0] == '?' || out.find(":?") != out.npos;
  return entry->second = unknown ? hex(pc) : userPath(out);
}

std::string TreeLines::placeInMm(uint64_t pc) {
  const Spot spot = spotInMm(pc);
  return spot.place.empty() ? place(pc) : userPath(spot.place);
}

TreeLines::Spot TreeLines::spotInMm(uint64_t pc) {
  // From the inside, two lines each: a function, and where in it.
  const std::string text = runCommand({{treeArch(build_.arch).tool("addr2line"), "-i", "-f", "-e",
                                        build_.subject.string(), hex(pc)},
                                       {},
                                       {},
                                       {},
                                       true})
                               .output;
  std::istringstream lines(text);
  std::string called;
  for (std::string function, line; std::getline(lines, function) && std::getline(lines, line);) {
    const std::string inside = treeRelative(line.substr(0, line.find(' ')));
    if (inside.starts_with("mm/") && inside.find(":?") == inside.npos &&
        inside.find(".c:") != inside.npos)
      return {inside, function, called};
    called = function;
  }
  return {};
}

SourceLines TreeLines::linesThatRan(const std::vector<uint64_t>& reported) {
  const TreeArch& arch = treeArch(build_.arch);
  const std::set<uint64_t> starts = blockStarts(arch, build_.subject);
  std::vector<LineRow> rows = parseDecodedLines(decodedLines(arch, build_.subject));
  std::sort(rows.begin(), rows.end(),
            [](const LineRow& a, const LineRow& b) { return a.address < b.address; });
  SourceLines ran;
  for (uint64_t back : reported) {
    // The hook is called first thing in its block, but statements without instructions of their own
    // come before it in the line table, at the call's own address.
    const uint64_t start = back - arch.call_bytes;
    const auto next = starts.upper_bound(start);
    const uint64_t end = next == starts.end() ? start + 1 : *next;
    // A row holds until the next one, so the one in force at `start` counts as well.
    auto row = std::lower_bound(rows.begin(), rows.end(), start,
                                [](const LineRow& a, uint64_t b) { return a.address < b; });
    if ((row == rows.end() || row->address > start) && row != rows.begin()) {
      const uint64_t in_force = std::prev(row)->address;
      while (row != rows.begin() && std::prev(row)->address == in_force) --row;
    }
    for (; row != rows.end() && row->address < end; ++row) ran[row->file].insert(row->line);
  }
  return ran;
}

SourceLines TreeLines::linesWithCode() const {
  SourceLines lines;
  for (const fs::path& object : build_.objects)
    for (const LineRow& row : parseDecodedLines(decodedLines(treeArch(build_.arch), object)))
      lines[row.file].insert(row.line);
  return lines;
}

SourceLines TreeLines::changedButNeverRan(const std::vector<uint64_t>& reported) {
  if (build_.changed.empty()) return {};
  const SourceLines code = linesWithCode();
  const SourceLines ran = linesThatRan(reported);
  const std::set<unsigned> none;
  const auto of = [&](const SourceLines& lines,
                      const std::string& file) -> const std::set<unsigned>& {
    const auto found = lines.find(file);
    return found == lines.end() ? none : found->second;
  };
  SourceLines out;
  for (const auto& [file, lines] : build_.changed) {
    const std::set<unsigned>& has = of(code, file);
    const std::set<unsigned>& did = of(ran, file);
    const std::set<unsigned>& statements = of(build_.changed_statements, file);
    for (auto begin = lines.begin(); begin != lines.end();) {
      // A block of changed lines. Not every line of it need have code of its own, but one must.
      auto end = std::next(begin);
      while (end != lines.end() && *end == *std::prev(end) + 1) ++end;
      const bool compiled =
          std::any_of(begin, end, [&](unsigned line) { return has.contains(line); });
      for (; begin != end; ++begin)
        if (compiled ? has.contains(*begin) && !did.contains(*begin) : statements.contains(*begin))
          out[file].insert(*begin);
    }
  }
  return out;
}

std::string findDefinition(const fs::path& tree, const TreeArch& arch, const std::string& name,
                           bool function) {
  const Pattern definition(function ? "^(?!#|\\s|/|\\*)[^;=]*\\b" + name + "\\([^;]*$"
                                    : "^(?!#|\\s|/|\\*|extern)[^(]*\\b" + name + "\\b.*[;={].*");
  const std::string own = "arch/" + std::string(arch.folder);
  for (const std::string& folder :
       {std::string("mm"), own + "/mm", own + "/kernel", std::string("kernel"), std::string("lib"),
        std::string("fs"), std::string("block")}) {
    std::set<fs::path> files;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(tree / folder, none))
      if (entry.path().extension() == ".c") files.insert(entry.path());
    for (const fs::path& file : files) {
      const std::string text = readFile(file).value_or("");
      if (text.find(name) == text.npos) continue;
      std::istringstream lines(text);
      unsigned number = 0;
      for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.find(name) != line.npos && definition.occursIn(line))
          return fs::relative(file, tree).string() + ":" + std::to_string(number);
      }
    }
  }
  return "";
}

std::string describeLines(const SourceLines& lines) {
  std::string out;
  for (const auto& [file, numbers] : lines) {
    out += (out.empty() ? "" : "; ") + file + ": ";
    bool first = true;
    for (auto it = numbers.begin(); it != numbers.end();) {
      const unsigned from = *it;
      unsigned to = from;
      while (++it != numbers.end() && *it == to + 1) ++to;
      if (!first) out += ", ";
      out += std::to_string(from);
      if (to > from) out.append(1, '-').append(std::to_string(to));
      first = false;
    }
  }
  return out;
}

}  // namespace ptecheck
