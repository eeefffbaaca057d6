// SPDX-License-Identifier: GPL-2.0-only
//
// Which rules does an outcome break? The rules are in inspect.h (entries, counters), contents.h and
// differs.h; explain.h, which comes with this header, makes sentences for people.
#ifndef PTECHECK_SPEC_JUDGE_H
#define PTECHECK_SPEC_JUDGE_H

#include "scenario/flat.h"
#include "spec/differs.h"
#include "spec/explain.h"
#include "spec/inspect.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck {

// All rules but `differs`. `Format`: the entry format of the subject (pte/format.h). Outcomes that
// are not STATUS_DONE are not judged; but STATUS_BUG breaks own-checks.
template <class Format>
RuleSet judge(const Scenario& scenario, const Outcome& outcome) {
  spec_detail::BitSink sink;
  spec_detail::inspect<Format>(scenario, outcome, sink);
  return sink.broken;
}

// The rule `differs`: a batched run of a scenario against the same code, one entry at a time. Both
// outcomes must be STATUS_DONE; else nothing.
template <class Format>
RuleSet differs(const Scenario& scenario, const Outcome& batched, const Outcome& one_by_one) {
  spec_detail::BitSink sink;
  spec_detail::inspectDifferences<Format>(scenario, batched, one_by_one, sink);
  return sink.broken;
}

// Does a subject that broke the rules `broken` do what `expected` asks for? `expected` must be
// broken, and nothing else but cost rules. So the empty set means "good": at most cost rules are
// broken.
constexpr bool meets(RuleSet broken, RuleSet expected) {
  return (broken & expected) == expected && (broken & ~expected & ~kCostRules) == 0;
}

}  // namespace ptecheck

#endif
