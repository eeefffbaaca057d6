// SPDX-License-Identifier: GPL-2.0-only
#include "prove/tree_helpers.h"

#include <sstream>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_files.h"
#include "subject/tree_prepare.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

constexpr const char* kClang = "clang-14";  // whose bitcode the LLVM that we are linked with reads
constexpr bool WORD = false, BOOL = true;
constexpr HelperKind::Second NUMBER = HelperKind::NUMBER, ENTRY = HelperKind::ENTRY,
                             PROTECTION = HelperKind::PROTECTION, FLAGS = HelperKind::FLAGS;

#define HELPER(name, words, result, second) {#name, words, result, second},
constexpr HelperKind kKinds[] = {PTECHECK_HELPERS(HELPER)};
#undef HELPER

// Beside helpers.c: what helpers call that is no inline function. Only what is reached counts.
std::vector<std::string> neighbours(const PreparedTree& tree) {
  std::vector<std::string> out;
  for (const std::string& file : tree.recipe().neighbours)
    if (file.rfind("arch/", 0) == 0 && tree.view().exists(file)) out.push_back(file);
  return out;
}

std::vector<CompileStep> kernelSteps(const PreparedTree& tree) {
  std::vector<CompileStep> steps = {tree.kernelStep(
      "helpers.c", {"-DCONFIG_NUMA_BALANCING=1", "-DKFILE_INTERNAL=\"@FARM@/mm/internal.h\"", "-c",
                    "@AGENT@/kernel_agent/helpers.c"})};
  for (const std::string& file : neighbours(tree))
    steps.push_back(tree.kernelStep(file, {"-DCONFIG_NUMA_BALANCING=1", "-c", "../" + file}));
  return steps;
}

CompileStep forClang(const PreparedTree& tree, CompileStep step) {
  const std::string text =
      readFile(tree.recipe().folder / "kernel_agent/helpers_drop_flags.txt").value_or("");
  std::string pattern;
  for (const std::string& line : dataLines(text))
    pattern += (pattern.empty() ? "(" : "|(") + line + ")";
  const Pattern drop(pattern, Pattern::Grammar::kPosixExtended);
  std::erase_if(step.arguments,
                [&](const std::string& argument) { return drop.matches(argument); });
  if (*tree.arch().triplet)
    step.arguments.push_back(std::string("--target=") + tree.arch().triplet);
  // -O1 is what makes inline functions plain arithmetic, and leaves vectors and loops alone.
  // Constraints of assembler code have spellings for each compiler (powerpc).
  step.arguments.insert(step.arguments.end(),
                        {"-DCONFIG_CC_IS_CLANG=1", "-Wno-everything", "-O1", "-fno-vectorize",
                         "-fno-slp-vectorize", "-emit-llvm"});
  step.compiler = kClang;
  return step;
}

std::map<std::string, std::uint64_t> variablesOf(const std::string& nm, const fs::path& program) {
  std::map<std::string, std::uint64_t> out;
  std::istringstream lines(runCommand({{nm, program.string()}, {}, {}, {}}).output);
  const std::string kinds = "bBdDvVsSrR";
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string address, kind, name;
    if (fields >> address >> kind >> name && kinds.find(kind) != kinds.npos)
      out[name] = std::stoull(address, nullptr, 16);
  }
  return out;
}

}  // namespace

std::span<const HelperKind> helperKinds() { return kKinds; }

unsigned helperNumber(std::string_view name) {
  for (unsigned i = 0; i < std::size(kKinds); ++i)
    if (name == kKinds[i].name) return i;
  throw Error(ErrorKind::kInternal, "There is no helper " + std::string(name) + ".");
}

TreeHelpersBuild buildTreeHelpers(TreeView view, const TreeOptions& options) {
  PreparedTree tree(std::move(view), options);
  requireTools({kClang});
  std::vector<CompileStep> steps = kernelSteps(tree);
  const size_t kernel = steps.size();
  steps.push_back(tree.runtimeStep("helpers_main.c"));
  for (size_t i = 0; i < kernel; ++i) steps.push_back(forClang(tree, steps[i]));
  const std::vector<Compiled> results = tree.compiler().compile(steps);

  std::vector<Compiled> parts;
  for (size_t i = 0; i <= kernel; ++i) {
    if (!results[i].file.empty())
      parts.push_back(results[i]);
    else if (i == 0 || i == kernel)  // without a neighbour its functions are missing, by name
      throw Error(ErrorKind::kCannotTest,
                  steps[i].name + " does not compile against " + tree.view().root().string() +
                      " (" + treeVersion(tree.view()) + "):\n  " + firstError(results[i].error));
  }
  TreeHelpersBuild build;
  build.program = tree.link(parts).file;
  if (*tree.arch().emulator) build.command.push_back(tree.arch().emulator);
  build.command.push_back(build.program.string());
  build.symbols = variablesOf(tree.arch().tool("nm"), build.program);
  build.version = treeVersion(tree.view());
  build.configuration = tree.configured().identity;
  for (size_t i = kernel + 1; i < results.size(); ++i) {
    if (!results[i].file.empty()) build.ir.push_back(results[i].file);
    if (results[i].file.empty() && i == kernel + 1) build.ir_error = firstError(results[i].error);
  }
  if (!build.ir_error.empty()) build.ir.clear();
  return build;
}

}  // namespace ptecheck
