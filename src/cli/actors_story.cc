// SPDX-License-Identifier: GPL-2.0-only
#include "cli/actors_story.h"

#include <fmt/format.h>

#include <algorithm>

#include "check/tale.h"
#include "report/numbers.h"

namespace ptecheck {

ActorsTold tellActors(const ConcurrentOptions& options, const ActorsTelling& telling) {
  ConcurrentStory told;
  told.version = telling.version;
  told.again = telling.again;
  told.strict = telling.strict;
  told.mutant = telling.mutant;
  told.result = checkActors(options);
  if (telling.first)
    std::stable_partition(told.result.examples.begin(), told.result.examples.end(),
                          [&](const ConcurrentExample& one) { return one.rule == *telling.first; });
  ConcurrentResult without;
  if (!told.mutant.empty()) {
    ConcurrentOptions repaired = options;
    repaired.mutant = SmpMutant::kNone;
    without = checkActors(repaired);
    told.without = &without;
  }
  if (told.result.states <= telling.quickly_searched)
    told.fates = fatesOf(options);
  else
    told.why_not = fmt::format("other policies, since one search takes more than {} states",
                               withSeparators(telling.quickly_searched));
  return {told.result, storyOf(told)};
}

}  // namespace ptecheck
