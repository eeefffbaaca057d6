// SPDX-License-Identifier: GPL-2.0-only
//
// What a result comes to, in one word. The exit status follows from it, so it is decided here
// alone.
#ifndef PTECHECK_REPORT_VERDICT_H
#define PTECHECK_REPORT_VERDICT_H

#include <string_view>
#include <vector>

#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"
#include "spec/rules.h"

namespace ptecheck {

enum class Verdict {
  kGood,        // no rule is broken
  kAtACost,     // only rules of severity `cost` are
  kBroken,      // another one is; or a cost rule, if asked to be strict
  kNotChecked,  // too little ran for any of the above
};

std::string_view verdictWord(
    Verdict verdict);  // for text: "good", "at a cost", "BROKEN", "not checked"
std::string_view verdictName(Verdict verdict);  // for JSON: "good", "cost", "broken", "not-checked"

Verdict verdictOf(RuleSet broken, bool strict);

// Of a row alone. If the user stopped the search, what is not broken is not checked.
Verdict verdictOf(const Row& row, bool strict);

// Of two, what both together come to: something found outweighs something not checked.
Verdict worse(Verdict a, Verdict b);

// Broken, but on shadow stacks alone: a candidate, since no kernel has been shown to get a lazyfree
// large folio there. (The exit status does not care.)
bool isCandidate(const Row& row, bool strict);

// Of all rows together: the worst. Not checked if no scenario was run at all, or (but for what is
// broken) if the user stopped the search.
Verdict verdictOf(const CheckResult& result, bool strict);
// Of all architectures together: the worst.
Verdict verdictOf(const std::vector<CheckResult>& results, bool strict);

// Of the row "tree" alone: what the base of a patch breaks is not the patch's fault. What is broken
// is certain even if not everything ran; what is not broken is "not checked" as long as a changed
// line never ran.
Verdict verdictOf(const TreeCheck& check, bool strict);

// Of all architectures that a tree can be run on, together.
Verdict verdictOf(const std::vector<ArchTree>& trees, bool strict);

// Of one run: what was expected of it is good, whatever that is; anything else is broken. If
// nothing was expected, the rules decide. Not checked if it did not run to its end.
Verdict verdictOf(const RunReport& report);

}  // namespace ptecheck

#endif
