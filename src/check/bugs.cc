// SPDX-License-Identifier: GPL-2.0-only
#include "check/bugs.h"

#include <array>
#include <memory>
#include <mutex>

#include "check/arch_rules.h"
#include "check/finding_id.h"
#include "check/model_check.h"
#include "check/search.h"
#include "mm/policy.h"
#include "subject/model.h"

namespace ptecheck {

namespace {

// Where a bug is looked for: on x86-64, or where there is what x86-64 lacks.
constexpr std::array<const char*, 3> kArchIds = {"x86_64", "arm64", "s390"};

// Blocks need folios of 16 pages, which only the random part has.
SearchOptions searchFor(const MutantInfo& mutant, Arch arch) {
  SearchOptions options;
  options.arch = arch;
  options.family = mutant.family;
  if (mutant.needs_blocks) {
    options.exhaustive_pages = 0;
    options.random_scenarios = 200000;
  } else {
    options.random_scenarios = 0;
  }
  return options;
}

// True: found.
bool search(const MutantInfo& mutant, Arch arch, BugFound& bug) {
  const Search search(searchFor(mutant, arch));
  const ArchRules& rules = archRules(arch);
  const Policy policy = policyOf(mutant);
  Policy reference = policy.reference();
  const Rule wanted = *findRule(mutant.rule);
  const std::unique_ptr<Model> model = makeModel(arch);
  const auto scenario = std::make_unique<Scenario>();
  const auto outcome = std::make_unique<Outcome>(), one_by_one = std::make_unique<Outcome>();
  bug.arch = arch;
  bug.scenarios = 0;
  for (std::size_t unit = 0; unit < search.units() && !bug.found; ++unit)
    search.forEach(unit, *scenario, [&](const Scenario& s, auto choices) {
      if (bug.found) return;
      ++bug.scenarios;
      model->run(s, policy, *outcome);
      RuleSet broken = rules.judge(s, *outcome);
      if (wanted == Rule::kDiffers) {
        model->run(s, reference, *one_by_one);
        broken |= rules.differs(s, *outcome, *one_by_one);
      }
      if (!contains(broken, wanted)) return;
      bug.found = true;
      bug.pages = s.pages;
      bug.processes = s.processes;
      bug.broken = broken & ~kCostRules;
      bug.id = formatFindingId({search.spaceOf(unit), arch, policy.name, choices()});
      bug.repaired = runOnModel(s, *findPolicy(mutant.base), arch).broken & ~kCostRules;
    });
  return bug.found;
}

}  // namespace

std::vector<BugFound> findBugs(const std::vector<const MutantInfo*>& mutants, unsigned jobs,
                               const Progress& progress) {
  std::vector<BugFound> bugs(mutants.size());
  std::mutex mutex;
  std::uint64_t done = 0;
  runUnits(
      mutants.size(), {}, jobs, [](unsigned) { return 0; },
      [&](int, std::size_t i) {
        bugs[i].mutant = mutants[i];
        for (const char* id : kArchIds) {
          if (mutants[i]->needs_blocks && archOf(id) == kX86) continue;
          if (search(*mutants[i], archOf(id), bugs[i])) break;
        }
        if (!progress) return;
        const std::lock_guard lock(mutex);
        progress({++done, mutants.size(), "mistakes", "one processor"});
      });
  throwIfStopped("looking for mistakes");
  return bugs;
}

}  // namespace ptecheck
