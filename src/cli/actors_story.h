// SPDX-License-Identifier: GPL-2.0-only
//
// The story of a set of actors, searched for it: as the finding, without the mutant, and under
// every policy.
#ifndef PTECHECK_CLI_ACTORS_STORY_H
#define PTECHECK_CLI_ACTORS_STORY_H

#include <cstdint>
#include <optional>
#include <string>

#include "check/concurrent.h"
#include "report/explain_story.h"

namespace ptecheck {

struct ActorsTelling {
  std::string version, again;
  bool strict = false;
  std::string mutant;         // its name, or ""
  std::optional<Rule> first;  // the rule that is told; else the gravest
  // Searches with more states than this are not made again for every other policy.
  std::uint64_t quickly_searched;
};

struct ActorsTold {
  ConcurrentResult result;
  Story story;
};

// `options.only`: the actors; architecture, policy and mutant are those of `options`.
ActorsTold tellActors(const ConcurrentOptions& options, const ActorsTelling& telling);

}  // namespace ptecheck

#endif
