// SPDX-License-Identifier: GPL-2.0-only
#include "spec/rules.h"

namespace ptecheck {

namespace {

constexpr std::array<RuleInfo, kRules> kTable = {{
    {Rule::kWriteGained, "write-gained", RuleSeverity::kIsolation,
     "No entry is more writable afterwards than it was before.",
     "One process can write into memory that another one still reads, or a write goes unnoticed."},
    {Rule::kExclusiveBroken, "exclusive-broken", RuleSeverity::kIsolation,
     "PageAnonExclusive is kept, moved to the swap entry, or cleared while no writable entry and "
     "no pin needs it; it is never invented.",
     "Copy-on-write copies a page that a device writes to, or does not copy one that is shared."},
    {Rule::kBlockBroken, "block-broken", RuleSeverity::kIsolation,
     "Entries marked contiguous come as whole, aligned blocks of one folio, equal but for accessed "
     "and dirty.",
     "The processor takes one entry's translation for its neighbours': a process reaches a page "
     "that it no longer maps, or with rights that it does not have."},
    {Rule::kStaleTlb, "stale-tlb", RuleSeverity::kIsolation,
     "No processor reaches a page through an old translation after the page was freed, or after a "
     "call that promised less access returned.",
     "A process reads or writes memory that is somebody else's by now, or writes what it has made "
     "read-only."},
    {Rule::kUffdWpChanged, "uffd-wp-changed", RuleSeverity::kCorruption,
     "The uffd-wp bit of an entry that stays is exactly what it was, as bit or as swap bit.",
     "A userfaultfd snapshot (a live VM migration, say) misses a write or reports one that never "
     "was."},
    {Rule::kEntryLost, "entry-lost", RuleSeverity::kCorruption,
     "An entry keeps mapping its page as before, or is replaced in a way that its folio allows and "
     "the counters acknowledge.",
     "A process loses a page or finds another one in its place; the folio can never be freed."},
    {Rule::kBatchBounds, "batch-bounds", RuleSeverity::kCorruption,
     "A batch stays inside its folio, VMA and page table, and leaves mlocked entries and holes "
     "alone.",
     "Memory that was not being reclaimed at all is unmapped or changed."},
    {Rule::kAccounting, "accounting", RuleSeverity::kCorruption,
     "Mapcount, refcount, rss and swap counts change by exactly what happened to the entries.",
     "A page is freed while still mapped, or never; memory limits and ps show wrong numbers."},
    {Rule::kOwnChecks, "own-checks", RuleSeverity::kCorruption,
     "The code's own checks (WARN, BUG, VM_BUG_ON) hold in every legal situation.",
     "The kernel warns or stops: by its own word, its state is no longer what it relies on."},
    {Rule::kDiffers, "differs", RuleSeverity::kCorruption,
     "A batched run leaves what the same code leaves one entry at a time, up to the permitted "
     "freedom.",
     "The result depends on how many entries happened to be handled together."},
    {Rule::kDirtyLost, "dirty-lost", RuleSeverity::kDataLoss,
     "Every write since the last writeback or MADV_FREE shows in the entry or on the folio, and "
     "what a reference could still write to stays mapped.",
     "A page that was written is dropped under memory pressure, and reads as zeroes."},
    {Rule::kSoftDirtyLost, "soft-dirty-lost", RuleSeverity::kDataLoss,
     "An entry that is soft-dirty stays so, as bit or as swap bit.",
     "An incremental checkpoint (CRIU) leaves out a page that was written."},
    {Rule::kContents, "contents", RuleSeverity::kDataLoss,
     "A process reads its own last write, else what it had or inherited; zeroes only where a clean "
     "lazyfree page was dropped; nothing else.",
     "A process reads another's data, an old version of its own, or zeroes."},
    {Rule::kProgress, "progress", RuleSeverity::kHang,
     "An access that is allowed succeeds after its fault was handled.",
     "A thread faults on the same address for ever: the program hangs, at full processor load."},
    {Rule::kWriteLost, "write-lost", RuleSeverity::kCost,
     "An entry that could be written without a fault still can.",
     "One needless page fault for each page that is written again."},
    {Rule::kSoftDirtyGained, "soft-dirty-gained", RuleSeverity::kCost,
     "An entry that is not soft-dirty does not become so.",
     "An incremental checkpoint copies a page that nobody wrote."},
}};

constexpr bool inOrder() {
  for (unsigned i = 0; i < kRules; ++i)
    if (static_cast<unsigned>(kTable[i].rule) != i) return false;
  return true;
}
static_assert(inOrder(), "kTable is indexed by Rule");

constexpr bool costRulesAgree() {
  for (const RuleInfo& info : kTable)
    if (contains(kCostRules, info.rule) != (info.severity == RuleSeverity::kCost)) return false;
  return true;
}
static_assert(costRulesAgree(), "kCostRules are those of severity cost");

}  // namespace

const std::array<RuleInfo, kRules>& ruleTable() { return kTable; }

const RuleInfo& ruleInfo(Rule rule) { return kTable[static_cast<unsigned>(rule)]; }

std::optional<Rule> findRule(std::string_view name) {
  for (const RuleInfo& info : kTable)
    if (info.name == name) return info.rule;
  return std::nullopt;
}

std::string_view severityName(RuleSeverity severity) {
  switch (severity) {
    case RuleSeverity::kIsolation:
      return "isolation";
    case RuleSeverity::kCorruption:
      return "corruption";
    case RuleSeverity::kDataLoss:
      return "data loss";
    case RuleSeverity::kHang:
      return "hang";
    case RuleSeverity::kCost:
      return "cost";
  }
  return "";
}

std::vector<Rule> rulesOf(RuleSet set) {
  std::vector<Rule> rules;
  for (; set != 0; set &= set - 1) rules.push_back(static_cast<Rule>(std::countr_zero(set)));
  return rules;
}

std::string ruleNames(RuleSet set) {
  std::string names;
  for (Rule rule : rulesOf(set)) {
    if (!names.empty()) names += ' ';
    names += ruleInfo(rule).name;
  }
  return names;
}

}  // namespace ptecheck
