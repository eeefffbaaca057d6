// SPDX-License-Identifier: GPL-2.0-only
//
// arm64: a TLBI goes to all processors and takes effect there at some time. A DSB waits for those
// TLBIs that its own processor has sent.
#include "order/kernel_tests.h"

namespace ptecheck::order {

namespace {

// Fix 4b634918384c (6.16). Deferred flushes: the TLBI is sent when the entry is cleared, and the
// DSB comes at the end of the batch.
KernelTest drainByAnother() {
  enum { kEntry, kLock, kPending };
  constexpr unsigned kReclaim = 0, kMprotect = 1, kUser = 2;
  return {
      "drain-by-another",
      "mprotect() must not return while reclaim's TLBI is still under way",
      "Reclaim, under the lock, clears the entry (1 to 0), sends a TLBI, and says so in "
      "tlb_flush_batched; it waits for the TLBI only later. mprotect() finds no entry and a flush "
      "pending: arch_flush_tlb_batched_pending(). The user's TLB has the entry, and may walk for "
      "it once more.",
      "arch/arm64/include/asm/tlbflush.h arch_tlbbatch_add_pending(), "
      "arch_flush_tlb_batched_pending(), arch_tlbbatch_flush(); mm/rmap.c",
      {{{"entry", 1}, {"ptl"}, {"batched"}},
       {{"reclaim",
         {lock(kLock), store(kEntry, 0).as("get_and_clear_ptes()"),
          dsbStores().without("dsb-ishst"), tlbi(),
          add(kPending, 1).as("set_tlb_ubc_flush_pending()"),
          unlock(kLock).relaxedWithout("unlock"),
          dsb().as("arch_tlbbatch_flush(): dsb(ish)").without("dsb")}},
        {"mprotect",
         {lock(kLock).relaxedWithout("lock"), load(0, kEntry).as("ptep_get()"),
          jumpUnless(0, constant(0), 0), load(1, kPending).as("flush_tlb_batched_pending()"),
          jumpIf(1, constant(0), 0), tlbi().as("flush_tlb_mm()").without("flush_tlb_mm"),
          dsb().as("flush_tlb_mm(): dsb(ish)").without("drain-dsb"), label(0), unlock(kLock)}},
        {"user", {walk(kEntry)}, 1}}},
      {{"dsb-ishst",
        "dsb(ishst) in __flush_tlb_page_nosync(), before reclaim's TLBI",
        {false, true, true},
        ""},
       {"dsb", "dsb(ish) in arch_tlbbatch_flush(), after reclaim's TLBI", {true, true, true}, ""},
       {"unlock", "release at reclaim's unlock of the page-table lock", {false, false, true}, ""},
       {"lock", "acquire at mprotect's page-table lock", {false, false, true}, ""},
       {"flush_tlb_mm",
        "TLBI in arch_flush_tlb_batched_pending(), which once had a DSB alone",
        {true, true, true},
        "BZ-34"},
       {"drain-dsb",
        "dsb(ish) in arch_flush_tlb_batched_pending(), after its TLBI",
        {true, true, true},
        ""}},
      {{"mprotect() has returned, and a TLB still has the entry",
        {kMprotect},
        {holds(kMprotect, 0, 0), tlbIs(kUser, 1)}},
       {"reclaim has freed the page, and a TLB still has it", {kReclaim}, {tlbIs(kUser, 1)}}},
      {{"mprotect() finds the flush pending",
        {kReclaim, kMprotect, kUser},
        {holds(kMprotect, 1, 1), tlbIs(kUser, 0)}},
       {"mprotect() finds the entry",
        {kReclaim, kMprotect, kUser},
        {holds(kMprotect, 0, 1), tlbIs(kUser, 0)}}}};
}

// Fix 07509e10dcc7 (5.10). A walk reads into the TLB only what is young.
KernelTest oldEntry() {
  enum { kEntry };
  constexpr unsigned kReclaim = 0, kUser = 1;
  return {
      "old-entry",
      "an entry that is old may still be in a TLB",
      "Ageing makes the entry old (1: young, 2: old), sends a TLBI, and does not wait. Then it is "
      "unmapped (0): ptep_clear_flush() flushes if pte_accessible() says that a TLB may have it. "
      "Only a young entry can get into a TLB.",
      "arch/arm64/include/asm/pgtable.h __ptep_clear_flush_young(), pte_accessible(); "
      "mm/pgtable-generic.c ptep_clear_flush()",
      {{{"entry", 1}},
       {{"reclaim",
         {store(kEntry, 2).as("__ptep_test_and_clear_young()"), dsbStores().without("ageing-dsb"),
          tlbi().as("flush_tlb_page_nosync()"), store(kEntry, 0).as("ptep_get_and_clear()"),
          skipTo(0).onlyWithout("pte_accessible"), dsbStores().without("dsb-ishst"),
          tlbi().as("flush_tlb_page()"), dsb().as("flush_tlb_page(): dsb(ish)").without("dsb"),
          label(0)}},
        {"user", {walkFor(kEntry, 1)}, 1}}},
      {{"pte_accessible",
        "the flush in ptep_clear_flush() of an entry that is valid, but old",
        {true, true, true},
        "BZ-40"},
       {"dsb", "dsb(ish) in flush_tlb_page(), after its TLBI", {true, true, true}, ""},
       {"dsb-ishst", "dsb(ishst) in flush_tlb_page(), before its TLBI", {false, false, false}, ""},
       {"ageing-dsb",
        "dsb(ishst) in flush_tlb_page_nosync(), before ageing's TLBI",
        {false, false, false},
        ""}},
      {{"the page is freed, and a TLB still has it", {kReclaim}, {tlbIs(kUser, 1)}}},
      {{"the page is freed, and no TLB has it", {kReclaim, kUser}, {tlbIs(kUser, 0)}}}};
}

}  // namespace

std::vector<KernelTest> tlbiTests() { return {drainByAnother(), oldEntry()}; }

}  // namespace ptecheck::order
