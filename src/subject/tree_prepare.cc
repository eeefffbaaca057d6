// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_prepare.h"

#include <cstring>
#include <sstream>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_cache.h"
#include "subject/tree_files.h"
#include "subject/tree_hash.h"
#include "subject/tree_patch.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::kCannotTest, message);
}

// Refuses, by name, what is known not to work; everything else is found out by trying.
void checkInterface(const TreeView& view) {
  std::istringstream rmap(view.read("mm/rmap.c").value_or(""));
  const Pattern old("^[a-z].*\\bpage_remove_rmap\\(.*");
  unsigned number = 0;
  for (std::string line; std::getline(rmap, line);) {
    ++number;
    if (old.matches(line))
      refuse(
          view.root().string() + "/mm/rmap.c:" + std::to_string(number) + ": this tree (" +
          treeVersion(view) + ") has the older reverse-map interface, page_remove_rmap();" +
          " ptecheck needs the one on folios, folio_remove_rmap_ptes(), of Linux 6.8 and later." +
          " Test 6.12 or newer.");
  }
}

std::string archFolder(const TreeArch& arch) {
  return std::string("@AGENT@/kernel_agent/arch/") + arch.folder;
}

std::vector<std::string> kernelArguments(const TreeArch& arch,
                                         const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {"-I@HAVE@", "-I" + archFolder(arch) + "/overlay",
                                        "-I@AGENT@/kernel_agent/overlay", "-I" + archFolder(arch),
                                        "-I@AGENT@"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  // A return address must lie in the function that called, whoever it called last.
  arguments.push_back("-fno-optimize-sibling-calls");
  // __FILE__ is relative to the tree, wherever the farm was; debug information starts at fixed
  // folders. DWARF 4, because binutils 2.40 mixes up the first two files of a DWARF 5 line table.
  arguments.insert(
      arguments.end(),
      {"-gdwarf-4", "-g1", "-fmacro-prefix-map=@FARM@/=", "-fmacro-prefix-map=@AGENT@/=ptecheck/",
       "-fdebug-prefix-map=@FARM@=/ptecheck-tree", "-fdebug-prefix-map=@AGENT@=/ptecheck"});
  return arguments;
}

UndefinedSymbols parseInfo(const std::string& text) {
  UndefinedSymbols out;
  std::istringstream lines(text);
  for (std::string kind, name; lines >> kind >> name;)
    (kind == "function" ? out.functions : out.data).push_back(name);
  return out;
}

TreeView checkedView(TreeView view, const TreeOptions& options) {
  applyPatches(view, options.patches);
  checkInterface(view);
  return view;
}

ConfigureOptions configureOptions(const TreeOptions& options) {
  const TreeArch& arch = treeArch(options.arch);
  std::vector<std::string> tools = arch.tools();
  tools.push_back(arch.tool(options.compiler));
  requireTools(tools);
  const fs::path cache = options.cache.empty() ? cacheFolder() : options.cache;
  trimCache(cache);
  return {cache, &arch, options.compiler, options.jobs, options.progress};
}

}  // namespace

std::string treeVersion(const TreeView& view) {
  std::string version;
  std::istringstream makefile(view.read("Makefile").value_or(""));
  const Pattern assignment("(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\\S*) *");
  for (std::string line; std::getline(makefile, line);) {
    const std::optional<Pattern::Match> match = assignment.match(line);
    if (!match) continue;
    const bool number = match->groups[1] != "EXTRAVERSION";
    if (match->groups[1] == "VERSION") version.clear();
    if (number && !version.empty()) version += '.';
    version += match->groups[2];
    if (!number) break;
  }
  return version.empty() ? "unknown" : version;
}

PreparedTree::PreparedTree(TreeView view, const TreeOptions& options)
    : view_(checkedView(std::move(view), options)),
      configure_(configureOptions(options)),
      recipe_(loadRecipe(configure_.cache, arch())),
      hashes_(view_),
      configured_(configureTree(view_, recipe_, hashes_, configure_)),
      arguments_(kernelArguments(arch(), compileFlags(recipe_, configured_.command))),
      compiler_(view_, recipe_, configured_, hashes_, configure_),
      generated_(substitutedHeaders()),
      have_(probe()) {
  generated_["have.h"] = have_;
  compiler_.setGenerated(generated_);
}

CompileStep PreparedTree::kernelStep(const std::string& name,
                                     const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = arguments_;
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {name, std::move(arguments), true};
}

CompileStep PreparedTree::runtimeStep(const std::string& name) const {
  return {name,
          {"-O2", "-g1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fno-pie", "-I@AGENT@",
           "-I" + archFolder(arch()), "-fdebug-prefix-map=@AGENT@=/ptecheck",
           "-fmacro-prefix-map=@AGENT@/=ptecheck/", "-c", "@AGENT@/kernel_agent/" + name},
          false};
}

void PreparedTree::addEvents(CompileStep& step) const {
  step.arguments.insert(step.arguments.begin(),
                        {"-DPTECHECK_EVENTS", "-I" + archFolder(arch()) + "/overlay_events",
                         "-I@AGENT@/kernel_agent/overlay_events"});
  // Last, as the kernel says the opposite: EventState.caller is read off the stack.
  step.arguments.emplace_back("-fno-omit-frame-pointer");
}

// A header that an overlay cannot shadow, because inline functions of the same header use what is
// to change: a copy with the line replaced. Line numbers and the name in messages stay the tree's.
std::map<std::string, std::string> PreparedTree::substitutedHeaders() const {
  std::map<std::string, std::string> headers;
  for (const Substitution& substitution : recipe_.substitutions) {
    const size_t include = substitution.file.find("/include/");
    const std::string name = substitution.file.substr(include + std::strlen("/include/"));
    std::string& text = headers[name];
    if (text.empty())
      text =
          "#line 1 \"../" + substitution.file + "\"\n" + view_.read(substitution.file).value_or("");
    const Pattern pattern(substitution.line);
    std::istringstream lines(text);
    std::string out;
    unsigned matches = 0;
    for (std::string line; std::getline(lines, line);) {
      if (pattern.matches(line)) ++matches, line = substitution.text;
      out += line + "\n";
    }
    if (matches != 1)
      refuse("The adapter does not fit " + view_.root().string() + " (" + treeVersion(view_) +
             ") on " + arch().id + ": in " + substitution.file + ", " + std::to_string(matches) +
             " lines match /" + substitution.line + "/; there must be exactly one, where " +
             substitution.reason + ".");
    text = out;
  }
  return headers;
}

// have.h, and the refusal if the tree lacks what the agent needs. Of several megabytes of
// preprocessed text only that is kept: have.h up to the mark, then what is missing.
std::string PreparedTree::probe() {
  const std::string mark = "\n// missing:\n";
  const std::string rmap = view_.read("mm/rmap.c").value_or("");
  CompileStep run = kernelStep("mm/rmap.c", {"-E", "-dD", "@FARM@/mm/rmap.c"});
  run.salt = recipe_.identity;
  run.reduce = [&](const std::string& text) {
    return haveHeader(recipe_, text, rmap) + mark + missingSpellings(recipe_, text);
  };
  std::map<std::string, std::string> without = generated_;
  without["have.h"] = "";
  compiler_.setGenerated(without);
  const Compiled result = compiler_.compile({run}).at(0);
  if (result.file.empty())
    refuse(view_.root().string() + ": mm/rmap.c does not preprocess: " + firstError(result.error) +
           "\nCheck that `make mm/rmap.o` works in this tree.");
  const std::string text = readFile(result.file).value_or("");
  const size_t end = text.find(mark);
  const std::string missing = end == text.npos ? "" : text.substr(end + mark.size());
  if (!missing.empty())
    refuse("The adapter does not fit " + view_.root().string() + " (" + treeVersion(view_) +
           "). Missing in what its mm/rmap.c includes:\n" + missing +
           "\nIf this tree only spells them differently, ptecheck has to learn the new names.");
  return text.substr(0, end);
}

// CACHE/agents/KEY/{agent, info}
LinkedProgram PreparedTree::link(const std::vector<Compiled>& parts) const {
  Sha256 hash;
  hash.addField(arch().id);
  // How stubs are made is part of what is linked.
  hash.addField(stubSource({{"function"}, {"datum"}}, arch()));
  std::vector<fs::path> files;
  for (const Compiled& part : parts) hash.addField(part.key), files.push_back(part.file);
  const fs::path folder = cache() / "agents" / hash.hex().substr(0, 32);
  if (!markUsed(folder) || !fs::exists(folder / "info")) {
    TemporaryFolder work(cache() / "agents");
    const UndefinedSymbols undefined =
        linkAgent(files, arch(), configure_.compiler, work.path(), "agent");
    std::string info;
    for (const std::string& name : undefined.functions) info += "function " + name + "\n";
    for (const std::string& name : undefined.data) info += "datum " + name + "\n";
    writeFile(work.path() / "info", info);
    work.renameTo(folder);
  }
  return {folder / "agent", parseInfo(readFile(folder / "info").value_or(""))};
}

}  // namespace ptecheck
