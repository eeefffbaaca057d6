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

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_prepare.h"

namespace ptecheck {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::kCannotTest, message);
}

struct Objects {
  Compiled subject, reference;
  std::vector<Compiled> neighbours, runtime;
  std::vector<std::string> left_out;
};

Objects compileAll(PreparedTree& tree, bool batches, bool coverage, bool events) {
  // Statement frontiers keep a row in the line table for a statement of which, after inlining,
  // every instruction belongs to some header's line.
  const std::vector<std::string> covered =
      coverage ? std::vector<std::string>{"-fsanitize-coverage=trace-pc", "-g2", "-gdwarf-4",
                                          "-gstatement-frontiers"}
               : std::vector<std::string>();
  const auto step = [&](const std::string& name, std::vector<std::string> more, bool cover) {
    if (cover) more.insert(more.begin(), covered.begin(), covered.end());
    return tree.kernelStep(name, more);
  };
  const std::vector<std::string> agent = {"-DKFILE_RMAP=\"@FARM@/mm/rmap.c\"", "-c",
                                          "@AGENT@/kernel_agent/agent.c"};
  std::vector<CompileStep> steps = {tree.runtimeStep("runtime.c"), tree.runtimeStep("main.c"),
                                    step("agent.c", agent, true)};
  if (batches) {
    steps.push_back(step("agent.c (reference)", agent, false));
    steps.back().arguments.push_back("-DPTECHECK_REFERENCE");
  }
  const size_t fixed = steps.size();
  std::vector<std::string> neighbours;
  for (const std::string& file : tree.recipe().neighbours) {
    if (!tree.view().exists(file)) continue;
    neighbours.push_back(file);
    steps.push_back(step(file, {"-c", "../" + file}, true));
  }
  for (const InsideFile& inside : tree.recipe().inside) {
    if (!tree.view().exists(inside.file)) continue;
    neighbours.push_back(inside.file);
    steps.push_back(step(
        inside.file,
        {"-DKFILE=\"@FARM@/" + inside.file + "\"", "-c", "@AGENT@/kernel_agent/" + inside.agent},
        true));
  }
  if (events)
    for (CompileStep& one : steps) tree.addEvents(one);
  const std::vector<Compiled> results = tree.compiler().compile(steps);
  const TreeView& view = tree.view();
  for (size_t i = 0; i < fixed; ++i) {
    if (!results[i].file.empty()) continue;
    if (i < 2)
      refuse("The agent's " + steps[i].name + " does not compile: " + firstError(results[i].error) +
             "\nIs a C library with headers installed? apt-get install " + tree.arch().libc + ".");
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

LinkedProgram link(PreparedTree& tree, const Compiled& agent, const Objects& objects) {
  std::vector<Compiled> parts = {agent};
  parts.insert(parts.end(), objects.neighbours.begin(), objects.neighbours.end());
  parts.insert(parts.end(), objects.runtime.begin(), objects.runtime.end());
  return tree.link(parts);
}

}  // namespace

TreeBuild buildTree(const TreeOptions& options) {
  return buildTree(TreeView(options.tree), options);
}

TreeBuild buildTree(TreeView given, const TreeOptions& options) {
  if (options.events && (options.arch != "x86_64" || options.coverage))
    throw Error(ErrorKind::kUsage, "events happen on x86_64 only, and beside no coverage");
  PreparedTree tree(std::move(given), options);
  const TreeView& view = tree.view();
  const bool batches =
      !options.events && tree.have().find("#define RMAP_CALLS_") != std::string::npos;
  const Objects objects = compileAll(tree, batches, options.coverage, options.events);
  const LinkedProgram subject = link(tree, objects.subject, objects);

  TreeBuild build;
  build.tree = view.root();
  build.version = treeVersion(view);
  build.arch = options.arch;
  build.subject = subject.file;
  build.configuration = tree.configured().identity;
  build.stubs = subject.undefined.functions;
  build.unknown_data = subject.undefined.data;
  build.left_out = objects.left_out;
  build.objects.push_back(objects.subject.file);
  for (const Compiled& neighbour : objects.neighbours) build.objects.push_back(neighbour.file);
  build.changed = changedLines(view);
  build.changed_statements = changedStatements(view, build.changed);
  build.coverage = options.coverage;
  build.events = options.events;
  build.reference = batches ? link(tree, objects.reference, objects).file : build.subject;
  return build;
}

}  // namespace ptecheck
