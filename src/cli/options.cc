// SPDX-License-Identifier: GPL-2.0-only
#include "cli/options.h"

#include "cli/exit_codes.h"

namespace ptecheck {

TreeCheckOptions TreeWords::options() const {
  TreeCheckOptions options;
  options.tree = kernel;
  options.patches.assign(patches.begin(), patches.end());
  options.cache = cache;
  return options;
}

Option* addTreeOptions(Command& command, TreeWords& words) {
  const std::string group = "Kernel tree";
  Option* const kernel =
      command
          .add_option("--kernel", words.kernel,
                      "Run the code of this kernel tree, instead of the built-in model.\n"
                      "The tree is never written to; its own `make prepare` is run.")
          ->type_name("TREE")
          ->group(group);
  command.add_option("--patch", words.patches, "Lay this patch over the tree (may be repeated)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->needs(kernel)
      ->group(group);
  command
      .add_option("--cache", words.cache,
                  "Keep what was configured and compiled in this folder\n"
                  "(else $PTECHECK_CACHE, else ~/.cache/ptecheck)")
      ->type_name("DIR")
      ->needs(kernel)
      ->group(group);
  return kernel;
}

void addAtOption(Command& command, std::string& at, Option* kernel) {
  command.add_option("--at", at, "Let these events happen meanwhile, as check --events names them")
      ->type_name("MOMENT:KIND:ENTRY,...")
      ->needs(kernel)
      ->group("Kernel tree");
}

void addOutputOptions(Command& command, OutputWords& words, const std::string& strict_says,
                      bool of_findings) {
  const std::string group = "Output";
  std::vector<std::string> formats = {"text", "json"};
  if (of_findings) formats.insert(formats.end(), {"ktap", "sarif"});
  command
      .add_option("--format", words.format,
                  of_findings ? "text (default), json (docs/json.md), ktap or sarif (2.1.0)"
                              : "text (default), or json (docs/json.md)")
      ->among(formats)
      ->type_name("FORMAT")
      ->group(group);
  command.add_flag("--strict", words.strict, strict_says)->group(group);
  addExitStyle(command, words.exit_style);
}

void addExitStyle(Command& command, std::string& style) {
  command.add_option("--exit-style", style, "standard, or kselftest: exit with 4 instead of 125")
      ->among({"standard", "kselftest"})
      ->type_name("STYLE")
      ->group("Output");
}

int exitCodeOf(Verdict verdict, bool kselftest) {
  switch (verdict) {
    case Verdict::kGood:
    case Verdict::kAtACost:
      return kExitNothingFound;
    case Verdict::kBroken:
      return kExitFound;
    case Verdict::kNotChecked:
      break;
  }
  return exitCodeOf(ErrorKind::kCannotTest, kselftest);
}

}  // namespace ptecheck
