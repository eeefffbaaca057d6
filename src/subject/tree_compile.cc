// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_compile.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <sstream>
#include <thread>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_cache.h"
#include "subject/tree_hash.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "3";  // raise when the way of compiling changes

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

// Hard links: the files are never changed, and a few hundred links take 10 ms.
void linkCopy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::create_hard_links, error);
  if (error) {  // another file system, or one without links
    fs::remove_all(to, error);
    fs::copy(from, to, fs::copy_options::recursive);
  }
}

std::string viewIdentity(const TreeView& view) {
  Sha256 hash;
  hash.addField(view.root().string());
  for (const auto& [file, contents] : view.changes()) {
    hash.addField(file);
    hash.addField(contents.value_or(""));
  }
  return hash.hex().substr(0, 32);
}

}  // namespace

struct TreeCompiler::Plan {
  const CompileStep* step = nullptr;
  std::string base;
  fs::path scratch;  // prefix of temporary output files
  Compiled result;
};

TreeCompiler::TreeCompiler(const TreeView& view, const AgentRecipe& recipe,
                           const ConfiguredTree& configured, ContentHashes& hashes,
                           const ConfigureOptions& options)
    : view_(view),
      recipe_(recipe),
      configured_(configured),
      hashes_(hashes),
      options_(options),
      compiler_identity_(compilerIdentity(*options.arch, options.compiler)) {}

TreeCompiler::~TreeCompiler() = default;

void TreeCompiler::setGenerated(const std::map<std::string, std::string>& headers) {
  Sha256 hash;
  for (const auto& [name, contents] : headers) hash.addField(name), hash.addField(contents);
  have_ = options_.cache / "have" / hash.hex().substr(0, 32);
  for (const auto& [name, contents] : headers)
    if (!fs::exists(have_ / name)) writeFileAtomically(have_ / name, contents);
}

std::string TreeCompiler::compilerOf(const CompileStep& step) const {
  return step.compiler.empty() ? options_.arch->tool(options_.compiler) : step.compiler;
}

const fs::path& TreeCompiler::farm() {
  if (!work_) {
    work_ = std::make_unique<TemporaryFolder>(options_.cache / "work");
    farm_ = work_->path() / "farm";
    view_.linkTo(farm_, options_.arch->folder);
    linkCopy(configured_.output, farm_ / kOutputFolder);
  }
  return farm_;
}

std::string TreeCompiler::resolve(const std::string& argument, const fs::path& farm) const {
  std::string out = argument;
  replaceAll(out, "@FARM@", farm.string());
  replaceAll(out, "@OUT@", (farm / kOutputFolder).string());
  replaceAll(out, "@AGENT@", recipe_.folder.string());
  replaceAll(out, "@HAVE@", have_.string());
  return out;
}

std::string TreeCompiler::baseKey(const CompileStep& step) const {
  Sha256 hash;
  hash.addField(kFormat);
  hash.addField(compiler_identity_);
  if (!step.compiler.empty())
    hash.addField(runCommand({{step.compiler, "--version"}, {}, {}, {}}).output);
  if (step.in_output) hash.addField(configured_.header_names);
  for (const std::string& argument : step.arguments) hash.addField(argument);
  if (step.reduce) hash.addField(step.salt);
  return hash.hex().substr(0, 32);
}

// Names of dependencies are "tree:mm/rmap.c", "out:include/generated/autoconf.h", "agent:...",
// "have:have.h", or "file:/usr/include/...".
std::vector<std::string> TreeCompiler::dependencies(const std::string& text, bool in_output) const {
  const std::vector<std::pair<std::string, std::string>> prefixes = {
      {(farm_ / kOutputFolder).string() + "/", "out:"},
      {farm_.string() + "/", "tree:"},
      {recipe_.folder.string() + "/", "agent:"},
      {have_.string() + "/", "have:"},
      {"/", "file:/"}};
  std::vector<std::string> out;
  std::istringstream words(text.substr(std::min(text.size(), text.find(':') + 1)));
  for (std::string word; words >> word;) {
    if (word == "\\") continue;
    fs::path path(word);
    if (path.is_relative()) path = (in_output ? farm_ / kOutputFolder : recipe_.folder) / path;
    const std::string name = path.lexically_normal().string();
    for (const auto& [prefix, kind] : prefixes) {
      if (prefix == "/" || name.compare(0, prefix.size(), prefix) == 0) {
        out.push_back(kind + name.substr(prefix.size()));
        break;
      }
    }
  }
  return out;
}

const std::string& TreeCompiler::contentHash(const std::string& dependency) {
  const size_t colon = dependency.find(':');
  const std::string kind = dependency.substr(0, colon), name = dependency.substr(colon + 1);
  if (kind == "tree") return hashes_.of(name);
  const fs::path folder = kind == "out"     ? configured_.output
                          : kind == "agent" ? recipe_.folder
                          : kind == "have"  ? have_
                                            : fs::path("/");
  // have.h is another file after setHave().
  const std::string memo = kind == "have" ? (have_ / name).string() : dependency;
  auto [entry, fresh] = other_hashes_.try_emplace(memo);
  if (fresh) entry->second = sha256(readFile(folder / name).value_or("-"));
  return entry->second;
}

std::string TreeCompiler::keyOf(const std::string& base, const std::vector<std::string>& names) {
  Sha256 hash;
  hash.addField(base);
  for (const std::string& name : names) hash.addField(name), hash.addField(contentHash(name));
  return hash.hex().substr(0, 32);
}

bool TreeCompiler::lookUp(Plan& plan) {
  const fs::path folder = options_.cache / "objects" / plan.base;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().filename().string().rfind("deps-", 0) != 0) continue;
    std::istringstream lines(readFile(entry.path()).value_or(""));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    const std::string key = keyOf(plan.base, names);
    const fs::path object = folder / (key + ".o"), failure = folder / (key + ".failed");
    if (markUsed(object)) {
      markUsed(entry.path());
      plan.result = {object, key, ""};
      return true;
    }
    if (const std::optional<std::string> error = readFile(failure)) {
      plan.result = {{}, key, *error};
      return true;
    }
  }
  return false;
}

void TreeCompiler::execute(Plan& plan) {
  ProcessStart command;
  command.argv = {compilerOf(*plan.step)};
  for (const std::string& argument : plan.step->arguments)
    command.argv.push_back(resolve(argument, farm_));
  command.folder = plan.step->in_output ? farm_ / kOutputFolder : recipe_.folder;
  ProcessStart with_output = command;
  const std::string deps = plan.scratch.string() + ".d";
  with_output.argv.insert(with_output.argv.end(),
                          {"-o", plan.scratch.string() + ".o", "-MD", "-MF", deps, "-MT", "x"});
  const CommandResult result = runCommand(with_output);
  if (result.ok()) return;
  plan.result.error = userPaths(result.error, farm_, view_.root());
  // So that the failure can be remembered, too: what was read up to it.
  for (std::string& argument : command.argv)
    if (argument == "-c") argument = "-M";
  command.argv.insert(command.argv.end(), {"-MF", deps, "-MT", "x"});
  if (!runCommand(command).ok()) fs::remove(deps);
}

void TreeCompiler::store(Plan& plan) {
  const std::optional<std::string> text = readFile(plan.scratch.string() + ".d");
  if (!text) return;  // failed before its dependencies were known: not remembered
  const std::vector<std::string> names = dependencies(*text, plan.step->in_output);
  std::string list;
  for (const std::string& name : names) list += name + "\n";
  plan.result.key = keyOf(plan.base, names);
  const fs::path folder = options_.cache / "objects" / plan.base;
  makeFolder(folder);
  if (plan.result.error.empty()) {
    plan.result.file = folder / (plan.result.key + ".o");
    if (plan.step->reduce)
      writeFileAtomically(plan.result.file,
                          plan.step->reduce(readFile(plan.scratch.string() + ".o").value_or("")));
    else
      fs::rename(plan.scratch.string() + ".o", plan.result.file);
  } else {
    writeFileAtomically(folder / (plan.result.key + ".failed"), plan.result.error);
  }
  writeFileAtomically(folder / ("deps-" + sha256(list).substr(0, 16)), list);
}

std::vector<Compiled> TreeCompiler::compile(const std::vector<CompileStep>& steps) {
  std::vector<Plan> plans(steps.size());
  std::vector<Plan*> needed;
  for (size_t i = 0; i < steps.size(); ++i) {
    plans[i].step = &steps[i];
    plans[i].base = baseKey(steps[i]);
    if (!lookUp(plans[i])) needed.push_back(&plans[i]);
  }
  if (!needed.empty()) {
    // A second ptecheck at the same tree waits here, and then finds what the first one compiled.
    FileLock lock(options_.cache / "locks" / viewIdentity(view_));
    std::erase_if(needed, [&](Plan* plan) { return lookUp(*plan); });
    run(needed);
  }
  std::vector<Compiled> out;
  for (Plan& plan : plans) out.push_back(std::move(plan.result));
  return out;
}

void TreeCompiler::run(const std::vector<Plan*>& needed) {
  if (needed.empty()) return;
  farm();
  for (size_t i = 0; i < needed.size(); ++i)
    needed[i]->scratch = work_->path() / ("step" + std::to_string(i));
  std::atomic<size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&] {
    try {
      for (size_t i; (i = next++) < needed.size();) execute(*needed[i]);
    } catch (...) {
      const std::lock_guard<std::mutex> hold(failure_mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < options_.jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  for (Plan* plan : needed) store(*plan);
}

}  // namespace ptecheck
