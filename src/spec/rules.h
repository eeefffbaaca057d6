// SPDX-License-Identifier: GPL-2.0-only
//
// The rules: what must hold after an operation on batches of page-table entries. docs/rules.md is
// the manual (why each rule exists, examples, mutants); judge.h decides which are broken; this file
// only names them.
#ifndef PTECHECK_SPEC_RULES_H
#define PTECHECK_SPEC_RULES_H

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ptecheck {

// In the order in which reports list them: gravest first within a severity, isolation before
// corruption.
enum class Rule : std::uint8_t {
  kWriteGained,      // an entry became more writable
  kExclusiveBroken,  // PageAnonExclusive lost or invented
  kBlockBroken,      // entries marked contiguous that are no block
  kStaleTlb,         // an old translation is still used (histories)
  kUffdWpChanged,    // the uffd-wp bit lost or invented
  kEntryLost,        // an entry vanished, or became another one
  kBatchBounds,      // a batch ran out of folio, VMA or page table
  kAccounting,       // counters do not match the entries
  kOwnChecks,        // the code's own WARN or BUG fired
  kDiffers,          // batched and one by one disagree
  kDirtyLost,        // a write can be forgotten
  kSoftDirtyLost,    // a checkpoint misses a page
  kContents,         // a process reads what it must not
  kProgress,         // an access faults for ever (histories)
  kWriteLost,        // a needless write fault
  kSoftDirtyGained,  // a checkpoint copies too much
};
constexpr unsigned kRules = 16;

enum class RuleSeverity : std::uint8_t {
  kIsolation,   // one process reaches another's memory
  kCorruption,  // the kernel's own state no longer fits together
  kDataLoss,    // something written is gone, or a checkpoint lacks it
  kHang,        // an access never succeeds
  kCost,        // time or space; reported, but fails a check only if asked for
};

struct RuleInfo {
  Rule rule;
  std::string_view name;  // stable, kebab-case: command lines, files and other tools use it
  RuleSeverity severity;
  std::string_view text;     // what must hold: one sentence
  std::string_view meaning;  // what a user gets when it does not: one plain line
};

// By number of the rule.
const std::array<RuleInfo, kRules>& ruleTable();
const RuleInfo& ruleInfo(Rule rule);
std::optional<Rule> findRule(std::string_view name);
std::string_view severityName(
    RuleSeverity severity);  // "isolation", "corruption", "data loss", "hang", "cost"

// A set of rules, one bit each.
using RuleSet = std::uint32_t;

constexpr RuleSet ruleBit(Rule rule) { return RuleSet{1} << static_cast<unsigned>(rule); }
constexpr bool contains(RuleSet set, Rule rule) { return (set & ruleBit(rule)) != 0; }
constexpr RuleSet kAllRules = (RuleSet{1} << kRules) - 1;
// Severity cost: reported and counted, but a subject that breaks nothing else is good.
constexpr RuleSet kCostRules = ruleBit(Rule::kWriteLost) | ruleBit(Rule::kSoftDirtyGained);
// Only what several processors do, in time (history.h), can break these; a scenario cannot.
constexpr RuleSet kHistoryRules = ruleBit(Rule::kStaleTlb) | ruleBit(Rule::kProgress);
constexpr RuleSet kScenarioRules = kAllRules & ~kHistoryRules;
// All that histories are judged by.
constexpr RuleSet kRulesOfHistories =
    kHistoryRules | ruleBit(Rule::kContents) | ruleBit(Rule::kDirtyLost) |
    ruleBit(Rule::kSoftDirtyLost) | ruleBit(Rule::kUffdWpChanged) |
    ruleBit(Rule::kExclusiveBroken) | ruleBit(Rule::kWriteGained) | ruleBit(Rule::kAccounting);

// The members, in order, and their names separated by a space ("" for the empty set).
std::vector<Rule> rulesOf(RuleSet set);
std::string ruleNames(RuleSet set);

}  // namespace ptecheck

#endif
