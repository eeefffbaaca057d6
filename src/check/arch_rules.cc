// SPDX-License-Identifier: GPL-2.0-only
#include "check/arch_rules.h"

#include <type_traits>

#include "pte/swap_entries.h"
#include "spec/events.h"
#include "spec/judge.h"

namespace ptecheck {

namespace {

// What a migration cost shows when it has ended (unless somebody writes, forks or unregisters
// meanwhile).
bool migratesBackOnly(const Scenario& s) {
  bool back = false;
  for (unsigned i = 0; i < s.steps; ++i) {
    const unsigned action = s.step[i].action;
    if (action == STEP_WRITE || action == STEP_FORK || action == STEP_UNREGISTER) return false;
    back = back || action == STEP_MIGRATED || action == STEP_NOT_MIGRATED;
  }
  return back;
}

template <class F>
void addCosts(const Scenario& s, const Outcome& o, Price& price) {
  const bool back = migratesBackOnly(s) && o.steps_done == s.steps;
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i) {
    const auto before = o.entry[i].before;
    const auto after = back ? o.entry[i].end : o.entry[i].after;
    if (!F::pte_present(before) || !F::pte_present(after)) continue;
    if (F::pte_write(before) && !F::pte_write(after)) ++price.extra_faults;
    if (!F::pte_soft_dirty(before) && F::pte_soft_dirty(after)) ++price.spurious_soft_dirty;
  }
}

template <class F>
constexpr ArchRules kRulesOf = {judge<F>,           differs<F>,
                                explain<F>,         bitDifferences<F>,
                                addCosts<F>,        spec_detail::markedBefore<F>,
                                judgeWithEvents<F>, explainWithEvents<F>};

}  // namespace

const ArchRules& archRules(Arch arch) {
  return withFormat(arch,
                    []<class F>(std::type_identity<F>) -> const ArchRules& { return kRulesOf<F>; });
}

Abilities abilitiesOf(Arch arch) {
  return withFormat(arch, []<class F>(std::type_identity<F>) {
    static_assert(F::kTableSlots <= TABLE_SLOTS);
    Abilities abilities;
    abilities.soft_dirty = F::kHasSoftDirty;
    abilities.uffd_wp = F::kHasUffdWp;
    abilities.shadow_stack = F::kHasShadowStack;
    abilities.table_slots = static_cast<unsigned short>(F::kTableSlots);
    abilities.contiguous = static_cast<unsigned short>(F::kContiguous);
    abilities.unused = F::kKernelArch == "s390";  // asm/pgtable.h: only there is pte_unused() real
    abilities.hwpoison = swapConfig(F::kKernelArch).memory_failure;
    abilities.device = swapConfig(F::kKernelArch).device_private;
    return abilities;
  });
}

}  // namespace ptecheck
