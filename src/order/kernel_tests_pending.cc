// SPDX-License-Identifier: GPL-2.0-only
//
// Two counters of an mm tell others that an entry has changed and a flush is still to come:
// tlb_flush_pending (include/linux/mm_inline.h has the order that it relies on) and, where reclaim
// defers flushes, tlb_flush_batched (mm/rmap.c). Their users hold, or have held, the page-table
// lock.
#include "order/kernel_tests.h"

namespace ptecheck::order {

namespace {

constexpr unsigned kChanger = 0, kOther = 1, kUser = 2;

// What inc_tlb_flush_pending() relies on. The changer ends with dec_tlb_flush_pending().
std::vector<Instruction> changing(unsigned new_entry, std::string_view function) {
  enum { kEntry, kLock, kPending };
  return {add(kPending, 1).as("inc_tlb_flush_pending()"),
          lock(kLock),
          store(kEntry, new_entry).as(function),
          unlock(kLock).relaxedWithout("unlock"),
          dsbStores().without("dsb-ishst"),
          tlbi().as("flush_tlb_range()"),
          dsb().as("flush_tlb_range(): dsb(ish)").without("dsb"),
          mb().onlyWithout("dsb"),
          add(kPending, 15).as("dec_tlb_flush_pending()")};
}

// mm/memory.c do_wp_page() with userfaultfd: it copies the page, and flushes before if somebody has
// write-protected the entry and may not have flushed yet.
KernelTest flushPending() {
  enum { kEntry, kLock, kPending };
  return {
      "flush-pending",
      "who sees a changed entry sees that its flush is pending",
      "uffd-wp write-protects the entry (1: writable, 2: read-only) and flushes after the lock. "
      "do_wp_page() finds it read-only and, if a flush is pending, flushes before it copies the "
      "page. The user's TLB has the writable entry, and may walk for it once more.",
      "include/linux/mm_inline.h inc_tlb_flush_pending(), dec_tlb_flush_pending(), "
      "mm_tlb_flush_pending(); mm/memory.c do_wp_page()",
      {{{"entry", 1}, {"ptl"}, {"pending"}},
       {{"uffd-wp", changing(2, "ptep_modify_prot_commit()")},
        {"do_wp_page",
         {lock(kLock).relaxedWithout("lock"), load(0, kEntry).as("ptep_get()"),
          jumpUnless(0, constant(2), 0), load(1, kPending).as("mm_tlb_flush_pending()"),
          jumpIf(1, constant(0), 0), tlbi().as("flush_tlb_page()"),
          dsb().as("flush_tlb_page(): dsb(ish)").without("wp-dsb"), label(0), unlock(kLock)}},
        {"user", {walkFor(kEntry, 1)}, 1}}},
      {{"unlock", "release at the unlock: the increment before it", {false, false, true}, ""},
       {"lock", "acquire at the lock: mm_tlb_flush_pending() after it", {false, false, true}, ""},
       {"dsb-ishst", "dsb(ishst) in flush_tlb_range(), before its TLBI", {false, true, true}, ""},
       {"dsb",
        "dsb(ish) in flush_tlb_range() before the decrement (without: smp_mb())",
        {true, true, true},
        ""},
       {"wp-dsb", "dsb(ish) in flush_tlb_page() of do_wp_page()", {true, true, true}, ""}},
      {{"do_wp_page() copies the page while a TLB lets the user write to it",
        {kOther},
        {holds(kOther, 0, 2), tlbIs(kUser, 1)}}},
      {{"do_wp_page() flushes", {kChanger, kOther, kUser}, {holds(kOther, 1, 1)}},
       {"it need not, since that was done",
        {kChanger, kOther, kUser},
        {holds(kOther, 0, 2), holds(kOther, 1, 0)}}}};
}

// mm/mmu_gather.c tlb_finish_mmu(): a zap that found nothing flushes if another is under way.
KernelTest flushNested() {
  enum { kEntry, kLock, kPending };
  return {
      "flush-nested",
      "a zap that finds an entry gone sees the other zap",
      "Two MADV_DONTNEED of one page. The first clears the entry (1 to 0) and flushes after the "
      "lock. The second finds nothing to flush, but must not return before the TLBs are: "
      "mm_tlb_flush_nested(), after the lock.",
      "mm/mmu_gather.c tlb_gather_mmu(), tlb_finish_mmu(); include/linux/mm_inline.h "
      "mm_tlb_flush_nested()",
      {{{"entry", 1}, {"ptl"}, {"pending"}},
       {{"first zap", changing(0, "get_and_clear_full_ptes()")},
        {"second zap",
         {add(kPending, 1).as("inc_tlb_flush_pending()"), lock(kLock).relaxedWithout("lock"),
          load(0, kEntry).as("ptep_get()"), unlock(kLock), jumpUnless(0, constant(0), 0),
          load(1, kPending).as("mm_tlb_flush_nested()"), jumpUnless(1, constant(2), 0),
          tlbi().as("tlb_flush()"), dsb().as("tlb_flush(): dsb(ish)").without("nested-dsb"),
          label(0)}},
        {"user", {walk(kEntry)}, 1}}},
      {{"unlock", "release at the unlock: the increment before it", {false, false, true}, ""},
       {"lock", "acquire at the lock: mm_tlb_flush_nested() after it", {false, false, true}, ""},
       {"dsb-ishst", "dsb(ishst) in flush_tlb_range(), before its TLBI", {false, true, true}, ""},
       {"dsb",
        "dsb(ish) in flush_tlb_range() before the decrement (without: smp_mb())",
        {true, true, true},
        ""},
       {"nested-dsb", "dsb(ish) in tlb_flush() of the second zap", {true, true, true}, ""}},
      {{"the second zap returns while a TLB still has the entry",
        {kOther},
        {holds(kOther, 0, 0), tlbIs(kUser, 1)}}},
      {{"the second zap flushes", {kChanger, kOther, kUser}, {holds(kOther, 1, 2)}},
       {"it need not, since that was done",
        {kChanger, kOther, kUser},
        {holds(kOther, 0, 0), holds(kOther, 1, 1)}}}};
}

// mm/rmap.c set_tlb_ubc_flush_pending(), flush_tlb_batched_pending(), both under the lock.
KernelTest flushBatched() {
  enum { kEntry, kLock, kBatched };
  return {
      "flush-batched",
      "who finds an entry gone sees that reclaim's flush is pending",
      "Reclaim clears the entry (1 to 0) and counts a pending flush in tlb_flush_batched; the "
      "flush comes later. mprotect() finds no entry, and flushes if there is a flush pending.",
      "mm/rmap.c set_tlb_ubc_flush_pending(), flush_tlb_batched_pending()",
      {{{"entry", 1}, {"ptl"}, {"batched"}},
       {{"reclaim",
         {lock(kLock), add(kBatched, 1).as("set_tlb_ubc_flush_pending()").onlyWithout("barrier"),
          store(kEntry, 0).as("get_and_clear_ptes()"),
          add(kBatched, 1).as("set_tlb_ubc_flush_pending()").without("barrier"),
          unlock(kLock).relaxedWithout("unlock")}},
        {"mprotect",
         {lock(kLock).relaxedWithout("lock"), load(0, kEntry).as("ptep_get()"),
          jumpUnless(0, constant(0), 0), load(1, kBatched).as("flush_tlb_batched_pending()"),
          jumpIf(1, constant(0), 0), ipi(kUser).as("flush_tlb_mm()"), label(0), unlock(kLock)}},
        {"user", {walk(kEntry)}, 1}}},
      {{"barrier",
        "barrier() in set_tlb_ubc_flush_pending(): clear, then count",
        {false, false, false},
        ""},
       {"unlock", "release at reclaim's unlock: the count before it", {false, false, true}, ""},
       {"lock",
        "acquire at mprotect's lock: reading the count after it",
        {false, false, true},
        ""}},
      {{"mprotect() returns while a TLB still has the entry",
        {kOther},
        {holds(kOther, 0, 0), tlbIs(kUser, 1)}}},
      {{"mprotect() flushes", {kChanger, kOther, kUser}, {holds(kOther, 1, 1)}},
       {"mprotect() finds the entry", {kChanger, kOther, kUser}, {holds(kOther, 0, 1)}}}};
}

// The counter is one for the mm, and page-table locks are many. Its two halves, pending and
// flushed, are two bits each here: value = pending + 4 * flushed.
KernelTest flushBatchedElsewhere() {
  enum { kEntry, kLock, kBatched };
  constexpr unsigned kDrain = 1, kMprotect = 2, kLastUser = 3;
  const std::vector<Instruction> drain = {
      load(0, kBatched).as("flush_tlb_batched_pending()"), ipi(kLastUser).as("flush_tlb_mm()"),
      // Without cmpxchg: whatever is pending by now counts as flushed.
      load(1, kBatched).onlyWithout("cmpxchg"),
      jumpUnless(1, constant(1), 3).onlyWithout("cmpxchg"),
      store(kBatched, 1 + 4 * 1).onlyWithout("cmpxchg"), skipTo(0).onlyWithout("cmpxchg"), label(3),
      store(kBatched, 2 + 4 * 2).onlyWithout("cmpxchg"), skipTo(0).onlyWithout("cmpxchg"),
      jumpUnless(0, constant(1), 1), compareExchange(kBatched, 1, 1 + 4 * 1).as("atomic_cmpxchg()"),
      skipTo(0), label(1), compareExchange(kBatched, 2, 2 + 4 * 2).as("atomic_cmpxchg()"),
      label(0)};
  return {
      "flush-batched-other",
      "the same, and another lock's holder drains",
      "A flush is pending already (tlb_flush_batched: pending + 4 * flushed; 1 at first). One "
      "thread flushes for entries under another lock and records what it has flushed. Reclaim "
      "clears the entry (1 to 0) and counts. mprotect() finds no entry, and flushes if pending is "
      "not flushed.",
      "mm/rmap.c set_tlb_ubc_flush_pending(), flush_tlb_batched_pending()",
      {{{"entry", 1}, {"ptl"}, {"batched", 1}},
       {{"reclaim",
         {lock(kLock), add(kBatched, 1).as("set_tlb_ubc_flush_pending()").onlyWithout("barrier"),
          store(kEntry, 0).as("get_and_clear_ptes()"),
          dsbStores().as("arch_tlbbatch_add_pending()").without("add_pending"),
          add(kBatched, 1).as("set_tlb_ubc_flush_pending()").without("barrier"), unlock(kLock)}},
        {"drain", drain},
        {"mprotect",
         {lock(kLock), load(0, kEntry).as("ptep_get()"), jumpUnless(0, constant(0), 0),
          load(1, kBatched).as("flush_tlb_batched_pending()"), jumpIf(1, constant(1 + 4 * 1), 0),
          jumpIf(1, constant(2 + 4 * 2), 0), ipi(kLastUser).as("flush_tlb_mm()"), label(0),
          unlock(kLock)}},
        {"user", {walk(kEntry)}, 1}}},
      {{"barrier",
        "barrier() in set_tlb_ubc_flush_pending(): clear, then count",
        {true, true, true},
        ""},
       {"add_pending",
        "what orders clear and count in hardware: dsb(ishst) in arm64's "
        "arch_tlbbatch_add_pending()",
        {false, false, true},
        ""},
       {"cmpxchg",
        "atomic_cmpxchg() in flush_tlb_batched_pending() fails if the count has moved",
        {true, true, true},
        ""}},
      {{"mprotect() returns while a TLB still has the entry",
        {kMprotect},
        {holds(kMprotect, 0, 0), tlbIs(kLastUser, 1)}}},
      {{"a count is added between flush and cmpxchg",
        {kChanger, kDrain, kMprotect, kLastUser},
        {holds(kDrain, 0, 1), memoryIs(kBatched, 2)}},
       {"mprotect() need not flush, since that was done",
        {kChanger, kDrain, kMprotect, kLastUser},
        {holds(kMprotect, 0, 0), holds(kMprotect, 1, 2 + 4 * 2)}}}};
}

}  // namespace

std::vector<KernelTest> pendingTests() {
  return {flushPending(), flushNested(), flushBatched(), flushBatchedElsewhere()};
}

}  // namespace ptecheck::order
