// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck: finds out which page-table entries end up wrong when the kernel handles them in
// batches.
//
// The only place that ends the program: every command returns its exit status or throws Error.
#include <cstdio>
#include <exception>
#include <sstream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

void complain(const std::string& message) {
  std::fprintf(stderr, "ptecheck: %s\n", message.c_str());
}

// The command that was meant, for the hint ("ptecheck check --help").
std::string commandOf(const CLI::App& app) {
  std::string words = app.get_name();
  for (const CLI::App* command = &app; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    words += " " + command->get_name();
  }
  return words;
}

int runCommandLine(int argc, const char* const* argv) {
  CLI::App app(
      "Checks what batched operations do to page-table entries, in a model of the kernel's code\n"
      "and in a kernel tree's own code.",
      "ptecheck");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("ptecheck ") + PTECHECK_VERSION);
  app.get_formatter()->column_width(24);
  app.get_formatter()->label("TEXT", "WORD");
  app.footer(
      "Examples:\n"
      "  ptecheck check                          compare all repairs of CVE-2026-31398\n"
      "  ptecheck check --kernel ~/linux         check a kernel tree's own mm/rmap.c\n"
      "  ptecheck prove                          prove lemmas about entries, for all values\n"
      "  ptecheck run examples/*.pte             run scenarios written by hand\n"
      "  ptecheck replay e1/v6.16/100000000f6    show one finding again\n"
      "\n"
      "`ptecheck COMMAND --help` says more about a command.\n"
      "Exit status: 0 nothing found, 1 found something, 125 could not test,\n"
      "129 and above wrong usage or internal error.");
  Invocation invocation;
  addCheck(app, invocation);
  addCompare(app, invocation);
  addSynth(app, invocation);
  addBugs(app, invocation);
  addProve(app, invocation);
  addOrder(app, invocation);
  addReplay(app, invocation);
  addRun(app, invocation);
  addList(app, invocation);
  addKernel(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      complain(std::string(error.what()) + ". `" + commandOf(app) +
               " --help` tells what is possible");
      return kExitUsage;
    }
    std::ostringstream out;  // --help, --version
    app.exit(error, out, out);
    writeOutput(out.str());
    return kExitNothingFound;
  }
  try {
    return invocation.run();
  } catch (const Error& error) {
    complain(error.what());
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
