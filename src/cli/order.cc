// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck order: the barriers that reclaim and GUP-fast rely on, on three memory models.
#include "report/order.h"

#include <fmt/format.h>

#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {

namespace {

struct Words {
  std::vector<std::string> tests;
  std::string model;
  std::string without;
  std::string format = "text";
};

[[noreturn]] void unknown(std::string_view what, std::string_view name,
                          const std::vector<std::string_view>& names) {
  const std::string_view nearest = nearestName(name, names);
  throw Error(ErrorKind::kUsage,
              fmt::format("there is no {} '{}'.{} There are: {}", what, name,
                          nearest.empty() ? "" : fmt::format(" Did you mean '{}'?", nearest),
                          fmt::join(names, ", ")));
}

const order::KernelTest& parseTest(std::string_view name) {
  if (const order::KernelTest* test = order::findKernelTest(name)) return *test;
  std::vector<std::string_view> names;
  for (const order::KernelTest& test : order::kernelTests()) names.push_back(test.name);
  unknown("test", name, names);
}

std::vector<order::MemoryModel> parseModels(std::string_view name) {
  std::vector<std::string_view> names;
  for (order::MemoryModel model : order::kMemoryModels) {
    if (name == memoryModelName(model)) return {model};
    names.push_back(memoryModelName(model));
  }
  if (!name.empty()) unknown("memory model", name, names);
  return {order::kMemoryModels.begin(), order::kMemoryModels.end()};
}

std::string_view parseBarrier(std::string_view name,
                              const std::vector<const order::KernelTest*>& tests) {
  if (name.empty()) return {};
  if (tests.size() != 1) throw Error(ErrorKind::kUsage, "--without needs the name of one test");
  std::vector<std::string_view> names;
  for (const order::Barrier& barrier : tests.front()->barriers) {
    if (barrier.name == name) return barrier.name;
    names.push_back(barrier.name);
  }
  unknown(fmt::format("barrier in {}:", tests.front()->name), name, names);
}

int orderCommand(const Words& words) {
  std::vector<const order::KernelTest*> tests;
  for (const std::string& name : words.tests) tests.push_back(&parseTest(name));
  OrderReport report;
  report.version = PTECHECK_VERSION;
  report.models = parseModels(words.model);
  report.without = parseBarrier(words.without, tests);
  report.details = !tests.empty();
  if (tests.empty())
    for (const order::KernelTest& test : order::kernelTests()) tests.push_back(&test);
  {
    ProgressLine line;
    for (const order::KernelTest* test : tests) {
      throwIfStopped("trying barriers");
      line.show("", {report.tests.size(), tests.size(), "tests", std::string(test->name)});
      report.tests.push_back(order::tryWithoutEach(*test));
    }
  }
  if (words.format == "json")
    writeOutput(orderJson(report));
  else
    writeOutput(words.format == "markdown" ? orderMarkdown(report) : orderText(report));
  return report.bad() ? kExitFound : kExitNothingFound;
}

}  // namespace

void addOrder(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand(
      "order", "Try the barriers of reclaim, GUP-fast and TLB flushes on three memory\nmodels");
  command.add_option("test", words->tests, "Only these, with schedules (default: all)")
      ->type_name("TEST");
  command.add_option("--model", words->model, "sc, tso or weak (default: each)")
      ->type_name("MODEL");
  command.add_option("--without", words->without, "Leave this barrier of the test out")
      ->type_name("BARRIER");
  command.add_option("--format", words->format, "text, json or markdown (default: text)")
      ->among({"text", "json", "markdown"})
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  ptecheck order                            which barrier is needed where?\n"
      "  ptecheck order share-anon                 and what happens without each\n"
      "  ptecheck order unmap --without smp_mb --model tso\n"
      "\n"
      "Exit status: 0 no bad outcome can be reached, 1 one can,\n"
      "129 and above wrong usage or internal error.");
  command.callback(
      [words, &invocation] { invocation.run = [words] { return orderCommand(*words); }; });
}

}  // namespace ptecheck
