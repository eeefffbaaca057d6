// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck: finds out which page-table entries end up wrong when the kernel handles them in
// batches.
//
// The only place that ends the program: every command returns its exit status or throws Error.
#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

void complain(const std::string& message) {
  wipeProgress();
  std::fprintf(stderr, "ptecheck: %s\n", message.c_str());
}

// "ptecheck 0.1.0 (commit 0e6fcae12345)"; built from no checkout, the version alone.
std::string versionText() {
  const std::string commit = PTECHECK_COMMIT;
  return "ptecheck " PTECHECK_VERSION + (commit.empty() ? "" : " (commit " + commit + ")");
}

int runCommandLine(int argc, const char* const* argv) {
  CommandLine line(
      "ptecheck",
      "Checks what batched operations do to page-table entries, in a model of the kernel's code\n"
      "and in a kernel tree's own code.",
      versionText());
  Command& app = line.top();
  app.require_subcommand();
  app.footer(
      "Examples:\n"
      "  ptecheck check                          compare all repairs of CVE-2026-31398\n"
      "  ptecheck check --kernel ~/linux         check a kernel tree's own mm/rmap.c\n"
      "  ptecheck prove                          prove lemmas about entries, for all values\n"
      "  ptecheck run examples/*.pte             run scenarios written by hand\n"
      "  ptecheck replay e1/v6.16/100000000f6    show one finding again\n"
      "  ptecheck explain e1/v6.16/100000000f6   tell its story, step by step\n"
      "\n"
      "`ptecheck COMMAND --help` says more about a command.\n"
      "Exit status: 0 nothing found, 1 found something, 125 could not test,\n"
      "130 stopped by Ctrl-C, 129 and 131 wrong usage or internal error.");
  Invocation invocation;
  invocation.program = versionText();
  invocation.words.assign(argv + std::min(argc, 1), argv + argc);
  addCheck(app, invocation);
  addCompare(app, invocation);
  addSynth(app, invocation);
  addBugs(app, invocation);
  addProve(app, invocation);
  addOrder(app, invocation);
  addReplay(app, invocation);
  addExplain(app, invocation);
  addRun(app, invocation);
  addList(app, invocation);
  addKernel(app, invocation);
  if (const auto instead = line.parse(argc, argv)) {
    if (instead->mistake) {
      complain(instead->text);
      return kExitUsage;
    }
    writeOutput(instead->text);
    return kExitNothingFound;
  }
  try {
    catchStopSignals();
    const int status = invocation.run();
    return statusOfSignal() != 0 ? statusOfSignal() : status;
  } catch (const Error& error) {
    complain(error.what());
    if (statusOfSignal() != 0) return statusOfSignal();
    return exitCodeOf(error.kind(), invocation.kselftest);
  }
}

}  // namespace

}  // namespace ptecheck

int main(int argc, char** argv) {
  try {
    return ptecheck::runCommandLine(argc, argv);
  } catch (const ptecheck::Error& error) {
    ptecheck::complain(error.what());
    return exitCodeOf(error.kind(), false);
  } catch (const std::bad_alloc&) {
    ptecheck::complain("out of memory; try fewer --jobs");
  } catch (const std::exception& error) {
    ptecheck::complain(std::string("internal error: ") + error.what());
  }
  return ptecheck::kExitInternal;
}
