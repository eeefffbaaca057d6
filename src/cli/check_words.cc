// SPDX-License-Identifier: GPL-2.0-only
#include "cli/check_words.h"

#include <fmt/format.h>

#include "check/families.h"
#include "cli/arguments.h"

namespace ptecheck {

void addCheckOptions(Command& command, CheckWords& words) {
  const std::string what = "What to check";
  command
      .add_option("--policy", words.policies,
                  "Check this policy of the model (may be repeated; default: all)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(what);
  command
      .add_option("--mutant", words.mutant,
                  "Build this mistake into the model (default policy: the one it is made for)")
      ->type_name("NAME")
      ->group(what);
  Option* const rule = command
                           .add_option("--rule", words.rules,
                                       "Judge by this rule only (may be repeated; default: "
                                       "all)")
                           ->type_name("NAME")
                           ->allow_extra_args(false)
                           ->group(what);

  command
      .add_option("--arch", words.archs,
                  "The entries of these architectures, or all (default: all in the model,\n"
                  "x86_64 on a tree); `ptecheck list archs` names them")
      ->type_name("ID,...")
      ->group(what);

  const std::string search = "Search";
  command
      .add_option("--family", words.families,
                  fmt::format("These families of scenarios, or all: reclaim, swap, file,\n"
                              "migration, device, rare, huge (default: all in the model,\n"
                              "{} on a tree); mismatch only if named",
                              familyList(treeFamilies())))
      ->type_name("NAME,...")
      ->group(search);
  command
      .add_option("--pages", words.pages,
                  "Folios of up to N pages, 1 to 512: everything up to 4, random above\n"
                  "(default: 512)")
      ->type_name("N")
      ->group(search);
  command
      .add_option("--random", words.random,
                  fmt::format("So many random samples in reclaim, a tenth in other families\n"
                              "(default: {})",
                              words.random))
      ->type_name("N")
      ->group(search);
  command
      .add_option("--seed", words.seed,
                  fmt::format("Of the random samples (default: {})", words.seed))
      ->type_name("N")
      ->group(search);
  command
      .add_option("--deviations", words.deviations,
                  "So many things out of the ordinary at once, for folios of 1, 2 and 4\n"
                  "pages (default: 3.2.1; larger numbers: far more scenarios)")
      ->type_name("A.B.C")
      ->group(search);
  command.add_option("--jobs", words.jobs, "Threads (default: one for each processor)")
      ->type_name("N")
      ->group(search);
  command
      .add_option("--share", words.share,
                  "Only the I-th of N shares, for several machines; counts add up")
      ->type_name("I/N")
      ->group(search);

  Option* const kernel = addTreeOptions(command, words.tree);
  addOutputOptions(command, words.output, "Count rules of severity `cost` as broken too", true);
  command
      .add_option("--html", words.html,
                  "Write pages to this folder, too: an index of all findings, and the story of\n"
                  "each; an earlier such folder is replaced")
      ->type_name("DIR")
      ->group("Output");
  command
      .add_flag(
          "--agree", words.agree,
          fmt::format("Ask no rule: does the model do what the tree does? Compares what both\n"
                      "leave behind, entry by entry (--policy; default: {})",
                      kComparedPolicy))
      ->needs(kernel)
      ->excludes(rule)
      ->excludes("--strict")
      ->excludes("--html")
      ->group("Kernel tree");
  command
      .add_option("--events", words.events,
                  "Between the accesses of the tree's code let up to N things happen that\n"
                  "other processors do (1 or 2), everywhere that they can; family reclaim,\n"
                  "folios of 1 and 2 pages, x86_64")
      ->type_name("N")
      ->needs(kernel)
      ->excludes("--agree")
      ->excludes("--random")
      ->excludes("--html")
      ->group("Kernel tree");

  addConcurrentOptions(command, words.concurrent);
}

}  // namespace ptecheck
