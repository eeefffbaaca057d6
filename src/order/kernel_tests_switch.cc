// SPDX-License-Identifier: GPL-2.0-only
//
// x86: a processor that begins to use an mm, and another that flushes its TLBs. Each writes one
// thing and reads the other's: store buffering.
#include "order/kernel_tests.h"

namespace ptecheck::order {

namespace {

constexpr unsigned kFlusher = 0, kSwitcher = 1;

// Fix 71b3c126e611 (4.5), CVE-2016-2069. The flushing side lacked its barrier where it had nothing
// to flush itself; what the switching side had is from that fix's description.
KernelTest cpumask() {
  enum { kEntry, kMask };
  return {
      "switch-mm-cpumask",
      "switch_mm() says 'I use this mm' in mm_cpumask before its TLB is filled",
      "One processor changes an entry (1 to 0) and interrupts those in mm_cpumask to flush. The "
      "other enters mm_cpumask, loads CR3, and its TLB is filled. Then the page is freed.",
      "arch/x86/include/asm/mmu_context.h switch_mm(), arch/x86/mm/tlb.c flush_tlb_mm_range() "
      "(4.4; in 6.12 inc_mm_tlb_gen() is the barrier)",
      {{{"entry", 1}, {"cpumask"}},
       {{"flush",
         {store(kEntry, 0).as("ptep_get_and_clear()"), mb().without("smp_mb"),
          load(0, kMask).as("mm_cpumask()"), jumpIf(0, constant(0), 0), ipi(kSwitcher), label(0)}},
        {"switch_mm",
         {exchange(kMask, 1).as("cpumask_set_cpu()"),
          flushLocal().as("load_cr3()").without("load_cr3"), use(0, kEntry)}}}},
      {{"smp_mb",
        "smp_mb() in flush_tlb_mm_range() between the entry and mm_cpumask",
        {false, true, true},
        "BZ-39"},
       {"load_cr3",
        "load_cr3() in switch_mm(), which serialises; LOCK does not order TLB fills",
        {false, true, true},
        ""}},
      {{"the page is freed, and a TLB still has it", {kFlusher, kSwitcher}, {tlbIs(kSwitcher, 1)}}},
      {{"the flusher sees who is to be interrupted",
        {kFlusher, kSwitcher},
        {holds(kFlusher, 0, 1)}},
       {"the TLB is filled with the new entry",
        {kFlusher, kSwitcher},
        {holds(kFlusher, 0, 0), holds(kSwitcher, 0, 0)}}}};
}

// Fix 83b0177a6c48, CVE-2025-40174. In 6.12 cpumask_set_cpu() is always there and orders.
KernelTest generation() {
  enum { kEntry, kLoaded, kGeneration };
  return {
      "switch-mm-tlb-gen",
      "switch_mm_irqs_off() says 'I use this mm' in loaded_mm before it reads tlb_gen",
      "A processor returns to an mm of which its TLB still has an entry: sets loaded_mm (1), reads "
      "tlb_gen, and flushes unless it is as its TLB knows it (1). Another changes the entry (1 to "
      "0), increments tlb_gen, and interrupts those with that loaded_mm. Then the page is freed.",
      "arch/x86/mm/tlb.c switch_mm_irqs_off(), flush_tlb_mm_range() (6.14 to 6.17)",
      {{{"entry", 1}, {"loaded_mm"}, {"tlb_gen", 1}},
       {{"flush",
         {store(kEntry, 0).as("ptep_get_and_clear()"),
          addReturn(kGeneration, 1).as("inc_mm_tlb_gen()").relaxedWithout("inc_mm_tlb_gen"),
          load(0, kLoaded).as("should_flush_tlb()"), jumpIf(0, constant(0), 0), ipi(kSwitcher),
          label(0)}},
        {"switch_mm",
         {store(kLoaded, 1), mb().without("smp_mb"), load(0, kGeneration).as("atomic64_read()"),
          jumpIf(0, constant(1), 0), flushLocal().as("load_new_mm_cr3()"), label(0)},
         1}}},
      {{"smp_mb",
        "smp_mb() in switch_mm_irqs_off() between loaded_mm and tlb_gen",
        {false, true, true},
        "BZ-39"},
       {"inc_mm_tlb_gen",
        "full order of the atomic in inc_mm_tlb_gen()",
        {false, false, true},
        ""}},
      {{"the page is freed, and a TLB still has it", {kFlusher, kSwitcher}, {tlbIs(kSwitcher, 1)}}},
      {{"the flusher interrupts", {kFlusher, kSwitcher}, {holds(kFlusher, 0, 1)}},
       {"switch_mm() flushes by itself",
        {kFlusher, kSwitcher},
        {holds(kFlusher, 0, 0), holds(kSwitcher, 0, 2)}}}};
}

}  // namespace

std::vector<KernelTest> switchTests() { return {cpumask(), generation()}; }

}  // namespace ptecheck::order
