// SPDX-License-Identifier: GPL-2.0-only
#include "spec/history.h"

#include "spec/history_judging.h"

namespace ptecheck {

namespace spec_detail {

void Judging::run() {
  switch (e_.kind) {
    case EventKind::kLoad:
      if (reaches()) load(here());
      break;
    case EventKind::kStore:
      if (reaches() && here().is(History::kReadOnly))
        verdict_.breaks(Rule::kStaleTlb, [&] {
          return who() + " stores to " + where() + ", although mprotect(PROT_READ) has returned";
        });
      store();
      noteStore();
      break;
    case EventKind::kPin:
      pin();
      break;
    case EventKind::kDeviceLoad:
      followPin();
      reachesPinned();
      if (pinned() & kSurely) load(here());
      break;
    case EventKind::kDeviceStore:
      followPin();
      reachesPinned();
      deviceStore();
      break;
    case EventKind::kUnpin:
      pinned() = 0;
      break;
    case EventKind::kBegins:
      begin();
      break;
    case EventKind::kReturns:
      returned();
      break;
    case EventKind::kFrees:
      freed();
      break;
    case EventKind::kStuck:
      verdict_.breaks(Rule::kProgress, [&] {
        return who() + " faults again on " + where() +
               ", although the access is allowed, its fault was handled, and nothing happened " +
               "in between";
      });
      break;
    case EventKind::kInStorage:
      inStorage();
      break;
  }
  inherit();
}

}  // namespace spec_detail

using spec_detail::indexOf;
using spec_detail::Judging;
using spec_detail::Verdict;

History historyOf(const HistorySetup& setup) {
  History h;
  for (unsigned space = 0; space < (setup.child ? 2U : 1U); ++space)
    for (unsigned range = 0; range < setup.pages; ++range) {
      History::Location& l = h.at[indexOf(space, range)];
      l.may = contentsBit(originalContents(range));
      if (!setup.lazyfree) continue;
      l.may |= contentsBit(kZeroes);
      l.set(History::kLazy);
    }
  return h;
}

RuleSet judge(const HistorySetup& setup, History& history, const Event& event) {
  Verdict verdict;
  Judging(setup, history, event, verdict).run();
  return verdict.broken();
}

std::string explain(const HistorySetup& setup, const History& before, const Event& event,
                    Rule rule) {
  History history = before;
  Verdict verdict(rule);
  Judging(setup, history, event, verdict).run();
  return verdict.sentence();
}

}  // namespace ptecheck
