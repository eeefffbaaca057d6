// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <cmath>

#include "report/compare.h"
#include "report/lists.h"
#include "report/numbers.h"

namespace ptecheck {

namespace {

// What a candidate breaks in both kinds of scenarios.
struct Broken {
  RuleSet all = 0, elsewhere = 0;  // elsewhere: than on shadow stacks
};

Broken brokenBy(const Comparison& comparison, std::size_t row) {
  Broken broken;
  for (const std::optional<ComparedPart>* part : {&comparison.exhaustive, &comparison.mix})
    if (*part) {
      broken.all |= (*part)->check.rows[row].broken;
      broken.elsewhere |= (*part)->check.rows[row].broken_elsewhere;
    }
  return broken;
}

// "a", "a and b", "a, b and c".
std::string enumeration(RuleSet rules) {
  std::string text;
  const std::vector<Rule> list = rulesOf(rules);
  for (std::size_t i = 0; i < list.size(); ++i)
    append(text, ruleInfo(list[i]).name, i + 1 == list.size() ? " and " : ", ");
  return text;
}

std::string brokenText(const Comparison& comparison, std::size_t row, bool strict) {
  const RuleSet counted_rules = strict ? kAllRules : kAllRules & ~kCostRules;
  const Broken broken = brokenBy(comparison, row);
  const RuleSet all = broken.all & counted_rules, elsewhere = broken.elsewhere & counted_rules;
  if (all == 0) {
    const std::string text =
        broken.all == 0 ? "breaks no rule" : "breaks no rule but those of cost";
    return text + (comparison.stopped_of ? " in what was run before the stop" : "");
  }
  if (elsewhere == 0) return fmt::format("breaks {} on shadow stacks only", enumeration(all));
  std::string text = "breaks " + enumeration(elsewhere);
  if (all != elsewhere) text += ", and on shadow stacks " + enumeration(all & ~elsewhere);
  return text;
}

std::string lengthText(const ComparedPart& part, std::size_t row) {
  const BatchCount ours = part.costs[row].batches(), firsts = part.costs[0].batches();
  const auto length = [](const BatchCount& count) {
    return static_cast<double>(count.entries) / static_cast<double>(count.batches);
  };
  if (ours.batches == 0) return "it does not tell how long its batches are";
  if (row == 0 || firsts.batches == 0)
    return fmt::format("its batches are {} entries long", ratio(ours.entries, ours.batches));
  const std::string& first = part.check.rows[0].name;
  const double times = length(ours) / length(firsts);
  const long percent = std::lround(100 * (times - 1));
  if (percent >= 200)
    return fmt::format("its batches are {:.1f} times as long as those of {}", times, first);
  if (percent == 0) return fmt::format("its batches are as long as those of {}", first);
  return fmt::format("its batches are {}% {} than those of {}", std::abs(percent),
                     percent < 0 ? "shorter" : "longer", first);
}

// In all, or on what the operation left, if the steps were not run.
std::uint64_t faultsOf(const CompareCosts& costs) {
  return costs.ran_all_steps ? costs.in_all.faults : costs.left.faults;
}

std::string faultsText(const Comparison& comparison, const ComparedPart& part, std::size_t row) {
  const CompareCosts& costs = part.costs[row];
  const std::uint64_t faults = faultsOf(costs);
  const bool small = comparison.exhaustive && faultsOf(comparison.exhaustive->costs[row]) != 0;
  std::string text = "no entry faults needlessly";
  if (faults != 0)
    text = fmt::format("{} of a million entries fault needlessly",
                       withSeparators(perMillion(faults, part.entries)));
  else if (small)
    text = "entries fault needlessly in rare situations only";
  return costs.ran_all_steps ? text : text + ", as far as the operation alone shows";
}

}  // namespace

Verdict verdictOf(const Comparison& comparison, std::size_t row, bool strict) {
  std::uint64_t scenarios = 0;
  for (const std::optional<ComparedPart>* part : {&comparison.exhaustive, &comparison.mix})
    if (*part)
      for (const Part& searched : (*part)->check.parts) scenarios += searched.scenarios;
  if (scenarios == 0) return Verdict::kNotChecked;
  const Verdict verdict = verdictOf(brokenBy(comparison, row).all, strict);
  return comparison.stopped_of && verdict != Verdict::kBroken ? Verdict::kNotChecked : verdict;
}

Verdict verdictOf(const Comparison& comparison, bool strict) {
  Verdict worst = Verdict::kGood;
  for (std::size_t row = 0; row < comparison.base.size(); ++row)
    if (!comparison.base[row]) worst = worse(worst, verdictOf(comparison, row, strict));
  return worst;
}

Verdict verdictOf(const std::vector<ArchComparison>& comparisons, bool strict) {
  bool any = false;
  Verdict worst = Verdict::kGood;
  for (const ArchComparison& one : comparisons) {
    if (one.model_only) continue;
    any = true;
    worst =
        worse(worst, one.comparison ? verdictOf(*one.comparison, strict) : Verdict::kNotChecked);
  }
  return any ? worst : Verdict::kNotChecked;
}

std::vector<std::string> compareSentences(const Comparison& comparison, bool strict) {
  std::vector<std::string> sentences;
  const ComparedPart& part = comparison.mix ? *comparison.mix : *comparison.exhaustive;
  for (std::size_t row = 0; row < part.check.rows.size(); ++row) {
    std::string text = fmt::format("{}: {}; {}, and {}", part.check.rows[row].name,
                                   brokenText(comparison, row, strict), lengthText(part, row),
                                   faultsText(comparison, part, row));
    const CompareCosts& costs = part.costs[row];
    if (costs.kept != 0)
      text +=
          fmt::format("; {:.1f}% of the pages that could be freed or moved stay",
                      100.0 * static_cast<double>(costs.kept) / static_cast<double>(part.freed));
    sentences.push_back(text + ".");
  }
  return sentences;
}

Verdict verdictOf(const std::vector<BackportResult>& results) {
  for (const BackportResult& result : results)
    if (result.answers.empty()) return Verdict::kBroken;
  return Verdict::kGood;
}

}  // namespace ptecheck
