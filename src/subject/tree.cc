// SPDX-License-Identifier: GPL-2.0-only
//
// From a user's kernel tree to an executable agent, step by step as kernel_agent/README.md's recipe
// says:
//
//   TreeView        the user's files, with patches laid over them, never written to
//   configureTree   `make allnoconfig prepare mm/rmap.o` in a farm of links: headers and flags
//   probe           one preprocessor run over mm/rmap.c: which spellings this tree has
//   compile         agent, reference, neighbours, runtime
//   link            with stubs for what nobody defines
//
// Each step is cached by the contents it read, so the whole chain costs well under a second when
// nothing has changed, and one or two compiler runs when mm/rmap.c has.
#include "subject/tree.h"

#include <regex>
#include <sstream>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_cache.h"
#include "subject/tree_compile.h"
#include "subject/tree_hash.h"
#include "subject/tree_link.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::kCannotTest, message);
}

// Refuses, by name, what is known not to work; everything else is found out by trying.
void checkInterface(const TreeView& view) {
  std::istringstream rmap(view.read("mm/rmap.c").value_or(""));
  const std::regex old("^[a-z].*\\bpage_remove_rmap\\(.*");
  unsigned number = 0;
  for (std::string line; std::getline(rmap, line);) {
    ++number;
    if (std::regex_match(line, old))
      refuse(
          view.root().string() + "/mm/rmap.c:" + std::to_string(number) + ": this tree (" +
          treeVersion(view) + ") has the older reverse-map interface, page_remove_rmap();" +
          " ptecheck needs the one on folios, folio_remove_rmap_ptes(), of Linux 6.8 and later." +
          " Test 6.12 or newer.");
  }
}

std::vector<std::string> kernelArguments(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {"-I@AGENT@/kernel_agent/overlay", "-I@HAVE@", "-I@AGENT@"};
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

CompileStep step(const std::string& name, std::vector<std::string> arguments,
                 const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {name, std::move(arguments), true};
}

CompileStep runtimeStep(const std::string& name) {
  return {name,
          {"-O2", "-g1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fno-pie", "-I@AGENT@",
           "-fdebug-prefix-map=@AGENT@=/ptecheck", "-fmacro-prefix-map=@AGENT@/=ptecheck/", "-c",
           "@AGENT@/kernel_agent/" + name},
          false};
}

// have.h, and the refusal if the tree lacks what the agent needs. Of several megabytes of
// preprocessed text only that is kept: have.h up to the mark, then what is missing.
std::string probe(const TreeView& view, const AgentRecipe& recipe, TreeCompiler& compiler,
                  const std::vector<std::string>& arguments) {
  const std::string mark = "\n// missing:\n";
  const std::string rmap = view.read("mm/rmap.c").value_or("");
  CompileStep run = step("mm/rmap.c", arguments, {"-E", "-dD", "@FARM@/mm/rmap.c"});
  run.salt = recipe.identity;
  run.reduce = [&](const std::string& text) {
    return haveHeader(recipe, text, rmap) + mark + missingSpellings(recipe, text);
  };
  compiler.setHave("");
  const Compiled result = compiler.compile({run}).at(0);
  if (result.file.empty())
    refuse(view.root().string() + ": mm/rmap.c does not preprocess: " + firstError(result.error) +
           "\nCheck that `make mm/rmap.o` works in this tree.");
  const std::string text = readFile(result.file).value_or("");
  const size_t end = text.find(mark);
  const std::string missing = end == text.npos ? "" : text.substr(end + mark.size());
  if (!missing.empty())
    refuse("The adapter does not fit " + view.root().string() + " (" + treeVersion(view) +
           "). Missing in what its mm/rmap.c includes:\n" + missing +
           "\nIf this tree only spells them differently, ptecheck has to learn the new names.");
  return text.substr(0, end);
}

struct Objects {
  Compiled subject, reference;
  std::vector<Compiled> neighbours, runtime;
  std::vector<std::string> left_out;
};

Objects compileAll(const TreeView& view, const AgentRecipe& recipe, TreeCompiler& compiler,
                   const std::vector<std::string>& arguments, bool batches, bool coverage) {
  std::vector<std::string> covered = arguments;
  // Statement frontiers keep a row in the line table for a statement of which, after inlining,
  // every instruction belongs to some header's line.
  if (coverage)
    covered.insert(covered.end(),
                   {"-fsanitize-coverage=trace-pc", "-g2", "-gdwarf-4", "-gstatement-frontiers"});
  const std::vector<std::string> agent = {"-DKFILE_RMAP=\"@FARM@/mm/rmap.c\"", "-c",
                                          "@AGENT@/kernel_agent/agent.c"};
  std::vector<CompileStep> steps = {runtimeStep("runtime.c"), runtimeStep("main.c"),
                                    step("agent.c", covered, agent)};
  if (batches) {
    steps.push_back(step("agent.c (reference)", arguments, agent));
    steps.back().arguments.push_back("-DPTECHECK_REFERENCE");
  }
  const size_t fixed = steps.size();
  std::vector<std::string> neighbours;
  for (const std::string& file : recipe.neighbours) {
    if (!view.exists(file)) continue;
    neighbours.push_back(file);
    steps.push_back(step(file, covered, {"-c", "../" + file}));
  }
  const std::vector<Compiled> results = compiler.compile(steps);
  for (size_t i = 0; i < fixed; ++i) {
    if (!results[i].file.empty()) continue;
    if (i < 2)
      refuse("The agent's " + steps[i].name + " does not compile: " + firstError(results[i].error) +
             "\nIs a C library with headers installed? apt-get install libc6-dev.");
    refuse("The adapter does not compile against " + view.root().string() + " (" +
           treeVersion(view) + "). gcc's first error:\n  " + firstError(results[i].error) +
           "\nIf the error is in the tree's own file, correct it; otherwise this tree has an "
           "interface" +
           " that ptecheck does not know yet.");
  }
  Objects objects{results[2], results[batches ? 3 : 2], {}, {results[0], results[1]}, {}};
  for (size_t i = 0; i < neighbours.size(); ++i) {
    const Compiled& result = results[fixed + i];
    if (!result.file.empty())
      objects.neighbours.push_back(result);
    else
      objects.left_out.push_back(neighbours[i] + ": " + firstError(result.error));
  }
  return objects;
}

struct Executable {
  fs::path file;
  UndefinedSymbols undefined;
};

UndefinedSymbols parseInfo(const std::string& text) {
  UndefinedSymbols out;
  std::istringstream lines(text);
  for (std::string kind, name; lines >> kind >> name;)
    (kind == "function" ? out.functions : out.data).push_back(name);
  return out;
}

// CACHE/agents/KEY/{agent, info}
Executable linkCached(const Compiled& agent, const Objects& objects, const TreeOptions& options) {
  std::vector<Compiled> parts = {agent};
  parts.insert(parts.end(), objects.neighbours.begin(), objects.neighbours.end());
  parts.insert(parts.end(), objects.runtime.begin(), objects.runtime.end());
  Sha256 hash;
  std::vector<fs::path> files;
  for (const Compiled& part : parts) hash.addField(part.key), files.push_back(part.file);
  const fs::path folder = options.cache / "agents" / hash.hex().substr(0, 32);
  if (!markUsed(folder) || !fs::exists(folder / "info")) {
    TemporaryFolder work(options.cache / "agents");
    const UndefinedSymbols undefined = linkAgent(files, options.compiler, work.path(), "agent");
    std::string info;
    for (const std::string& name : undefined.functions) info += "function " + name + "\n";
    for (const std::string& name : undefined.data) info += "datum " + name + "\n";
    writeFile(work.path() / "info", info);
    work.renameTo(folder);
  }
  return {folder / "agent", parseInfo(readFile(folder / "info").value_or(""))};
}

}  // namespace

std::string treeVersion(const TreeView& view) {
  std::string version;
  std::istringstream makefile(view.read("Makefile").value_or(""));
  const std::regex assignment("(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\\S*) *");
  std::smatch match;
  for (std::string line; std::getline(makefile, line);) {
    if (!std::regex_match(line, match, assignment)) continue;
    const bool number = match[1] != "EXTRAVERSION";
    if (match[1] == "VERSION") version.clear();
    if (number && !version.empty()) version += '.';
    version += match[2].str();
    if (!number) break;
  }
  return version.empty() ? "unknown" : version;
}

TreeBuild buildTree(const TreeOptions& options) {
  return buildTree(TreeView(options.tree), options);
}

TreeBuild buildTree(TreeView view, const TreeOptions& given) {
  TreeOptions options = given;
  if (options.cache.empty()) options.cache = cacheFolder();
  applyPatches(view, options.patches);
  checkInterface(view);

  const AgentRecipe recipe = loadRecipe(options.cache);
  const ConfigureOptions configure = {options.cache, options.compiler, options.jobs,
                                      options.progress};
  requireTools({options.compiler, "ld", "objdump", "addr2line"});
  trimCache(options.cache);
  ContentHashes hashes(view);
  const ConfiguredTree configured = configureTree(view, recipe, hashes, configure);
  const std::vector<std::string> arguments =
      kernelArguments(compileFlags(recipe, configured.command));

  TreeCompiler compiler(view, recipe, configured, hashes, configure);
  const std::string have = probe(view, recipe, compiler, arguments);
  compiler.setHave(have);
  const bool batches = have.find("#define RMAP_CALLS_") != have.npos;
  const Objects objects = compileAll(view, recipe, compiler, arguments, batches, options.coverage);
  const Executable subject = linkCached(objects.subject, objects, options);

  TreeBuild build;
  build.tree = view.root();
  build.version = treeVersion(view);
  build.subject = subject.file;
  build.configuration = configured.identity;
  build.stubs = subject.undefined.functions;
  build.unknown_data = subject.undefined.data;
  build.left_out = objects.left_out;
  build.objects.push_back(objects.subject.file);
  for (const Compiled& neighbour : objects.neighbours) build.objects.push_back(neighbour.file);
  build.changed = changedLines(view);
  build.changed_statements = changedStatements(view, build.changed);
  build.coverage = options.coverage;
  build.reference = batches ? linkCached(objects.reference, objects, options).file : build.subject;
  return build;
}

}  // namespace ptecheck
