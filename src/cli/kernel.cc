// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck kernel get: a kernel tree to try things on.
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "subject/kernel_source.h"

namespace ptecheck {

void addKernel(CLI::App& app, Invocation& invocation) {
  struct Words {
    std::string version;
    std::string cache;
  };
  auto words = std::make_shared<Words>();
  CLI::App& command = *app.add_subcommand("kernel", "Get a kernel tree to check");
  command.require_subcommand(1);
  command.footer("Example:\n  ptecheck kernel get 6.12");
  CLI::App& get = *command.add_subcommand(
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
      "is found. What is being done is said on stderr.");
  get.callback([words, &invocation] {
    invocation.run = [words] {
      KernelSourceOptions options;
      options.cache = words->cache;
      options.progress = [](const std::string& what) {
        std::fprintf(stderr, "ptecheck: %s\n", what.c_str());
      };
      writeOutput(getKernelSource(words->version, options).string() + '\n');
      return int{kExitNothingFound};
    };
  });
}

}  // namespace ptecheck
