// SPDX-License-Identifier: GPL-2.0-only
#include "report/verdict.h"

#include <algorithm>

#include "spec/judge.h"

namespace ptecheck {

namespace {

bool anythingRan(const CheckResult& result) {
  return std::any_of(result.parts.begin(), result.parts.end(),
                     [](const Part& part) { return part.scenarios != 0; });
}

}  // namespace

std::string_view verdictWord(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "good";
    case Verdict::kAtACost:
      return "at a cost";
    case Verdict::kBroken:
      return "BROKEN";
    case Verdict::kNotChecked:
      return "not checked";
  }
  return "";
}

std::string_view verdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "good";
    case Verdict::kAtACost:
      return "cost";
    case Verdict::kBroken:
      return "broken";
    case Verdict::kNotChecked:
      return "not-checked";
  }
  return "";
}

Verdict verdictOf(RuleSet broken, bool strict) {
  if (broken == 0) return Verdict::kGood;
  return strict || (broken & ~kCostRules) != 0 ? Verdict::kBroken : Verdict::kAtACost;
}

Verdict verdictOf(const Row& row, bool strict) {
  const Verdict verdict = verdictOf(row.broken, strict);
  return row.stopped && verdict != Verdict::kBroken ? Verdict::kNotChecked : verdict;
}

Verdict worse(Verdict a, Verdict b) {
  const auto weight = [](Verdict verdict) {
    switch (verdict) {
      case Verdict::kGood:
        return 0;
      case Verdict::kAtACost:
        return 1;
      case Verdict::kNotChecked:
        return 2;
      case Verdict::kBroken:
        break;
    }
    return 3;
  };
  return weight(a) < weight(b) ? b : a;
}

bool isCandidate(const Row& row, bool strict) {
  return verdictOf(row.broken, strict) == Verdict::kBroken &&
         verdictOf(row.broken_elsewhere, strict) != Verdict::kBroken;
}

Verdict verdictOf(const CheckResult& result, bool strict) {
  RuleSet broken = 0;
  for (const Row& row : result.rows) broken |= row.broken;
  if (broken == 0 && !anythingRan(result)) return Verdict::kNotChecked;
  const Verdict verdict = verdictOf(broken, strict);
  return result.stopped_of && verdict != Verdict::kBroken ? Verdict::kNotChecked : verdict;
}

Verdict verdictOf(const std::vector<CheckResult>& results, bool strict) {
  Verdict worst = Verdict::kGood;
  for (const CheckResult& result : results) worst = worse(worst, verdictOf(result, strict));
  return worst;
}

Verdict verdictOf(const TreeCheck& check, bool strict) {
  RuleSet broken = 0;
  for (const Row& row : check.result.rows)
    if (row.name == "tree") broken |= row.broken;
  const Verdict verdict = verdictOf(broken, strict);
  if (verdict == Verdict::kBroken) return verdict;
  const bool all_ran = check.never_ran.empty() && !check.result.stopped_of;
  return all_ran && anythingRan(check.result) ? verdict : Verdict::kNotChecked;
}

Verdict verdictOf(const std::vector<ArchTree>& trees, bool strict) {
  bool any = false;
  Verdict worst = Verdict::kGood;
  for (const ArchTree& tree : trees) {
    if (tree.model_only) continue;
    any = true;
    worst = worse(worst, tree.check ? verdictOf(*tree.check, strict) : Verdict::kNotChecked);
  }
  return any ? worst : Verdict::kNotChecked;
}

Verdict verdictOf(const RunReport& report) {
  if (report.run.outcome.status != STATUS_DONE && report.run.broken == 0)
    return Verdict::kNotChecked;
  if (report.has_expectation)
    return meets(report.run.broken, report.expected) ? Verdict::kGood : Verdict::kBroken;
  return verdictOf(report.run.broken, report.strict);
}

}  // namespace ptecheck
