// SPDX-License-Identifier: GPL-2.0-only
#include "report/answers.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "report/arch_verdicts.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

constexpr std::string_view kAffected = "v6.16";

struct Question {
  std::string_view row;
  std::string_view text;
};

constexpr std::array kRepairs = {
    Question{"wrprotect", "Is it enough to write-protect what is put back?"},
    Question{"wrprotect-early", "Or to write-protect right after clearing?"},
    Question{"respect-write", "Is it enough to end a batch where the write bit changes?"},
    Question{"respect-write-softdirty", "And where soft-dirty changes, as merged?"},
    Question{"merge-write", "Is it enough to merge the write bits (FPB_MERGE_WRITE)?"},
    Question{"merge-write-safe-restore", "And to put back writable only what was so throughout?"},
    Question{"restore-each", "Is it enough to remember every entry and put each back?"},
};

const Row* findRow(const CheckResult& result, std::string_view name) {
  for (const Row& row : result.rows)
    if (row.name == name) return &row;
  return nullptr;
}

std::uint64_t countOf(const Row& row, Rule rule) {
  return row.count[static_cast<std::size_t>(rule)];
}

// "write-gained (1,234), soft-dirty-lost (5)".
std::string withCounts(const Row& row, RuleSet rules) {
  std::string text;
  for (Rule rule : rulesOf(rules))
    append(text, fmt::format("{} ({})", ruleInfo(rule).name, withSeparators(countOf(row, rule))));
  return text;
}

std::string affected(const Row& row) {
  if (row.broken == 0)
    return fmt::format("Nothing, in {} scenarios.", withSeparators(row.price.scenarios));
  std::string text = fmt::format("Of {}, it breaks these rules in so many: {}.",
                                 counted(row.price.scenarios, "scenario", "scenarios"),
                                 withCounts(row, row.broken));
  if (const std::uint64_t gained = countOf(row, Rule::kWriteGained); gained > 0)
    text += fmt::format(" It upgrades permissions in one of {} scenarios.",
                        withSeparators(row.price.scenarios / gained));
  return text;
}

// Where to look: the example of the gravest rule. Shadow stacks are named, as they are rare.
std::string example(const CheckResult& result, const Row& row, RuleSet rules) {
  const Finding* const finding =
      rules == 0 ? nullptr : result.find(row.name, rulesOf(rules).front());
  if (finding == nullptr) return "";
  const bool shadow_stack = (finding->scenario.vma[0][0].flags & VMA_SHADOW_STACK) != 0;
  return fmt::format(" For instance{}: ptecheck replay {}.",
                     shadow_stack ? ", on a shadow stack" : "", finding->id);
}

// Is it enough?
std::string_view yesOrNo(const Row& row, bool strict) {
  if (isCandidate(row, strict))
    return "Yes, but for shadow stacks (a candidate: no kernel has been shown to get there).";
  switch (verdictOf(row.broken, strict)) {
    case Verdict::kGood:
      return "Yes.";
    case Verdict::kAtACost:
      return "Yes, at a cost.";
    default:
      return "No.";
  }
}

// " On arm64, riscv: yes, at a cost.", where it is another answer than on the first.
std::string elsewhere(std::span<const CheckResult> results, std::string_view name, bool strict) {
  const auto answer = [&](const CheckResult& result) {
    return yesOrNo(*findRow(result, name), strict);
  };
  Groups<std::string, Arch> others;
  for (const CheckResult& result : results) {
    if (answer(result) == answer(results[0])) continue;
    std::string word(answer(result));
    word[0] = static_cast<char>(word[0] - 'A' + 'a');
    others.add(word, result.arch);
  }
  std::string text;
  for (const auto& [word, archs] : others)
    text += fmt::format(" On {}: {}", archNames(archs), word);
  return text;
}

std::string repair(const CheckResult& result, const Row& row, const Row& before,
                   const ReportOptions& options) {
  const RuleSet cured = before.broken & ~row.broken;
  const RuleSet grave = options.strict ? row.broken : row.broken & ~kCostRules;
  const RuleSet remaining = grave & before.broken;
  const RuleSet introduced = grave & ~before.broken;
  const RuleSet costs = row.broken & kCostRules & ~grave;
  const bool candidate = isCandidate(row, options.strict);
  std::string text(yesOrNo(row, options.strict));
  if (cured != 0) text += fmt::format(" Cured: {}.", ruleList(cured));
  if (remaining != 0) {
    std::string compared;
    for (Rule rule : rulesOf(remaining))
      append(compared,
             fmt::format("{} ({}; {}: {})", ruleInfo(rule).name, withSeparators(countOf(row, rule)),
                         before.name, withSeparators(countOf(before, rule))));
    text += fmt::format(" Not cured{}: {}.", candidate ? " there" : "", compared);
  }
  if (introduced != 0) text += fmt::format(" New: {}.", withCounts(row, introduced));
  text += example(result, row, grave);
  if (costs != 0) text += fmt::format(" At a cost: {}.", withCounts(row, costs));
  if (row.price.batches != 0 && before.price.batches != 0)
    text += fmt::format(" A batch has {} entries (before: {}).",
                        ratio(row.price.batched_entries, row.price.batches),
                        ratio(before.price.batched_entries, before.price.batches));
  return text;
}

}  // namespace

std::vector<Answer> answers(std::span<const CheckResult> results, const ReportOptions& options) {
  const CheckResult& result = results.front();
  std::vector<Answer> list;
  const Row* const before = findRow(result, kAffected);
  if (before == nullptr) return list;
  list.push_back(
      {fmt::format("What does {}, the affected form, do wrong?", kAffected), affected(*before)});
  for (const Question& question : kRepairs)
    if (const Row* row = findRow(result, question.row))
      list.push_back({fmt::format("{} ({})", question.text, row->name),
                      repair(result, *row, *before, options) +
                          elsewhere(results, question.row, options.strict)});
  return list;
}

}  // namespace ptecheck
