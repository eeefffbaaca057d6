// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck kernel get: a kernel tree to try things on. ptecheck kernel tools: what it takes to run
// one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "check/tree_check.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/tree_arch.h"
#include "subject/tree_tools.h"

namespace ptecheck {

namespace {

void tell(const std::string& what) { std::fprintf(stderr, "ptecheck: %s\n", what.c_str()); }

// The named architectures that a tree can be run on; says why not of the others.
std::vector<std::string> treeArchsOf(const std::string& words) {
  std::vector<std::string> ids;
  if (words.empty()) {
    for (const TreeArch& arch : treeArchs()) ids.emplace_back(arch.id);
    return ids;
  }
  std::string why;
  for (Arch arch : parseArchs(words)) {
    if (why = whyModelOnly(arch); why.empty())
      ids.emplace_back(archId(arch));
    else
      tell(fmt::format("{} is {}", archId(arch), why));
  }
  if (ids.empty())
    throw Error(ErrorKind::kCannotTest,
                "Nothing to install: none of these architectures can be run as a kernel tree");
  return ids;
}

int tools(const std::string& archs, bool only_say) {
  const std::vector<std::string> ids = treeArchsOf(archs);
  const std::vector<std::string> missing = missingPackages(treePackages(ids));
  const std::string what_for = fmt::format("to run kernel trees of {}", fmt::join(ids, ", "));
  if (missing.empty()) {
    writeOutput(fmt::format("Nothing is missing {}.\n", what_for));
    return kExitNothingFound;
  }
  const std::string said =
      fmt::format("Missing Debian packages, {}: {}", what_for, fmt::join(missing, " "));
  if (only_say) {
    writeOutput(said + '\n');
    return kExitFound;
  }
  tell(said);
  installPackages(missing, tell);
  writeOutput(fmt::format("Installed: {}\n", fmt::join(missing, " ")));
  return kExitNothingFound;
}

void addTools(Command& command, Invocation& invocation) {
  struct Words {
    std::string archs;
    std::string exit_style;
    bool only_say = false;
  };
  auto words = std::make_shared<Words>();
  Command& app = *command.add_subcommand(
      "tools", "Install the compilers and emulators that kernel trees need");
  app.add_option("--arch", words->archs,
                 "For trees of these architectures, or all (default: all that Debian has a\n"
                 "cross compiler for)")
      ->type_name("ID,...");
  app.add_flag("--dry-run", words->only_say, "Only say what is missing");
  app.footer(
      "Examples:\n"
      "  ptecheck kernel tools\n"
      "  ptecheck kernel tools --arch arm64,s390 --dry-run\n"
      "\n"
      "Names what is missing, then installs it with apt-get (with sudo, unless you are root).\n"
      "Exit status: 0 nothing is missing any more, 1 something is (--dry-run), 125 it could not\n"
      "be installed.");
  addExitStyle(app, words->exit_style);
  app.callback([words, &invocation] {
    invocation.kselftest = words->exit_style == "kselftest";
    invocation.run = [words] { return tools(words->archs, words->only_say); };
  });
}

}  // namespace

void addKernel(Command& app, Invocation& invocation) {
  struct Words {
    std::string version;
    std::string cache;
    std::string exit_style;
  };
  auto words = std::make_shared<Words>();
  Command& command =
      *app.add_subcommand("kernel", "Get a kernel tree to check, and the tools for it");
  command.require_subcommand();
  command.footer("Examples:\n  ptecheck kernel get 6.12\n  ptecheck kernel tools");
  addTools(command, invocation);
  Command& get = *command.add_subcommand(
      "get", "Fetch and unpack Debian's linux-source package; print its folder");
  get.add_option("version", words->version, "As in the package's name: 6.12")
      ->type_name("VERSION")
      ->required();
  get.add_option("--cache", words->cache,
                 "Keep it in this folder (else $PTECHECK_CACHE, else ~/.cache/ptecheck)")
      ->type_name("DIR");
  get.footer(
      "Examples:\n"
      "  ptecheck kernel get 6.12\n"
      "  ptecheck check --kernel \"$(ptecheck kernel get 6.12)\"\n"
      "\n"
      "Nothing is installed. Takes a minute and 1.6 GB the first time; after that the folder\n"
      "is found. A terminal is told what is being done.\n"
      "Exit status: 0 the folder is there, 125 the package could not be had.");
  addExitStyle(get, words->exit_style);
  get.callback([words, &invocation] {
    invocation.kselftest = words->exit_style == "kselftest";
    invocation.run = [words] {
      KernelSourceOptions options;
      options.cache = words->cache;
      std::string folder;
      {
        ProgressLine line;
        options.progress = [&line](const std::string& what) { line.say(what); };
        folder = getKernelSource(words->version, options).string();
      }
      writeOutput(folder + '\n');
      return int{kExitNothingFound};
    };
  });
}

}  // namespace ptecheck
