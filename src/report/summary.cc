// SPDX-License-Identifier: GPL-2.0-only
#include "report/summary.h"

#include <fmt/format.h>

#include "report/lists.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

std::string rowSummary(const CheckResult& result, bool strict) {
  std::string good, costly, candidates, unknown;
  std::size_t broken = 0;
  for (const Row& row : result.rows) {
    if (isCandidate(row, strict)) {
      append(candidates, row.name);
      continue;
    }
    switch (verdictOf(row, strict)) {
      case Verdict::kGood:
        append(good, row.name);
        break;
      case Verdict::kAtACost:
        append(costly, row.name);
        break;
      case Verdict::kNotChecked:
        append(unknown, row.name);
        break;
      case Verdict::kBroken:
        ++broken;
    }
  }
  std::string text =
      fmt::format("{} of {} BROKEN", broken, counted(result.rows.size(), "policy", "policies"));
  if (!good.empty()) text += "; good: " + good;
  if (!costly.empty()) text += "; at a cost: " + costly;
  if (!candidates.empty()) text += "; on shadow stacks only: " + candidates;
  if (!unknown.empty()) text += "; not checked to the end: " + unknown;
  return text;
}

std::string treeVerdict(const TreeCheck& check, bool strict) {
  const Verdict verdict = verdictOf(check, strict);
  std::string text(verdictWord(verdict));
  if (verdict == Verdict::kNotChecked)
    text += check.result.stopped_of   ? ": stopped"
            : check.never_ran.empty() ? ": no scenario was run"
                                      : ": changed lines never ran";
  for (const Row& row : check.result.rows)
    if (row.name == "tree" && row.broken != 0) text += ": " + ruleNames(row.broken);
  return text;
}

}  // namespace ptecheck
