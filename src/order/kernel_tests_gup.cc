// SPDX-License-Identifier: GPL-2.0-only
//
// GUP-fast takes references without the page-table lock. What reclaim and GUP-fast each do in which
// order decides whether one sees the other.
//
// Clearing an entry is a plain store here, as in the generic ptep_get_and_clear(). Where it is an
// atomic exchange, that is a full barrier by itself on x86 and riscv, but not on arm64
// (xchg_relaxed()): `unmap-xchg` has it.
#include "order/kernel_tests.h"

namespace ptecheck::order {

namespace {

constexpr unsigned kReclaim = 0, kGup = 1;

// mm/rmap.c try_to_unmap_one(), lazyfree; mm/gup.c gup_fast_pte_range(), try_get_folio().
KernelTest unmap(std::string_view name, std::string_view title, bool exchange_clears,
                 std::array<bool, 3> reclaim_needs) {
  enum { kEntry, kRefs };
  const Instruction clear = exchange_clears ? exchange(kEntry, 0) : store(kEntry, 0);
  return {
      name,
      title,
      "Reclaim clears the entry (1: mapped, 0: none) and discards the folio if nobody else has a "
      "reference (refs: those beyond isolation and mappings). GUP-fast reads the entry, takes a "
      "reference, and keeps it if the entry is still the same.",
      "mm/rmap.c try_to_unmap_one(), mm/gup.c gup_fast_pte_range()",
      {{{"entry", 1}, {"refs"}},
       {{"reclaim",
         {clear.as("get_and_clear_ptes()"), mb().without("smp_mb"),
          load(0, kRefs).as("folio_ref_count()")}},
        {"GUP-fast",
         {load(0, kEntry).as("ptep_get_lockless()"), jumpIf(0, constant(0), 0),
          // folio_ref_try_add() returns a value; the folio's address comes from the entry.
          addReturn(kRefs, 1).addressFrom(0).as("try_get_folio()").relaxedWithout("try_get_folio"),
          load(1, kEntry).as("ptep_get()"), label(0)}}}},
      {{"smp_mb", "smp_mb() in try_to_unmap_one() between clearing and reading the count",
        reclaim_needs, ""},
       {"try_get_folio",
        "full order of the atomic in try_get_folio(), before the entry is re-read",
        {false, false, true},
        ""}},
      {{"reclaim discards a folio to which GUP-fast keeps a reference",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kGup, 0, 1), holds(kGup, 1, 1)}}},
      {{"reclaim sees the reference", {kReclaim, kGup}, {holds(kReclaim, 0, 1)}},
       {"GUP-fast backs off",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kGup, 0, 1), holds(kGup, 1, 0)}}}};
}

// mm/rmap.c try_to_unmap_one(): the count before the dirty flag; mm/vmscan.c __remove_mapping()
// says why. The other one has a reference, writes to the page, and says so before it lets go.
KernelTest refsBeforeDirty() {
  enum { kRefs, kDirty };
  return {
      "refs-before-dirty",
      "reclaim must not miss what the last holder of a reference has written",
      "Somebody who got a reference from GUP has written to the page: marks the folio dirty and "
      "drops the reference. Reclaim reads the count, then the dirty flag, and discards the folio "
      "if there is neither.",
      "mm/rmap.c try_to_unmap_one(), mm/vmscan.c __remove_mapping()",
      {{{"refs", 1}, {"dirty"}},
       {{"reclaim",
         {load(0, kRefs).as("folio_ref_count()"), rmb().without("smp_rmb"),
          load(1, kDirty).as("folio_test_dirty()")}},
        {"GUP's user",
         {exchange(kDirty, 1).as("folio_set_dirty()"),
          addReturn(kRefs, 15).as("folio_put()").relaxedWithout("folio_put")}}}},
      {{"smp_rmb",
        "smp_rmb() in try_to_unmap_one() between the count and the dirty flag",
        {false, false, true},
        ""},
       {"folio_put",
        "full order of the atomic in folio_put(), after marking dirty",
        {false, false, true},
        ""}},
      {{"reclaim discards what was written",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kReclaim, 1, 0)}}},
      {{"reclaim sees the reference", {kReclaim, kGup}, {holds(kReclaim, 0, 1)}},
       {"reclaim sees the dirty flag",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kReclaim, 1, 1)}}}};
}

// mm/vmscan.c __remove_mapping(): freezing the count is a cmpxchg, which orders if it succeeds.
KernelTest freezeBeforeDirty() {
  enum { kRefs, kDirty };
  return {
      "freeze-before-dirty",
      "the same where reclaim freezes the count",
      "Reclaim freezes the count of references (0 to 14, here) and, if that succeeds, reads the "
      "dirty flag; not dirty means that the folio is freed.",
      "mm/vmscan.c __remove_mapping()",
      {{{"refs", 1}, {"dirty"}},
       {{"reclaim",
         {compareExchange(kRefs, 0, 14, 0).as("folio_ref_freeze()").relaxedWithout("freeze"),
          jumpUnless(0, constant(0), 0), load(1, kDirty).as("folio_test_dirty()"), label(0)}},
        {"GUP's user",
         {exchange(kDirty, 1).as("folio_set_dirty()"),
          addReturn(kRefs, 15).as("folio_put()").relaxedWithout("folio_put")}}}},
      {{"freeze", "full order of the cmpxchg in folio_ref_freeze()", {false, false, true}, ""},
       {"folio_put",
        "full order of the atomic in folio_put(), after marking dirty",
        {false, false, true},
        ""}},
      {{"reclaim frees what was written",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kReclaim, 1, 0), memoryIs(kRefs, 14)}}},
      {{"reclaim sees the reference", {kReclaim, kGup}, {holds(kReclaim, 0, 1)}},
       {"reclaim sees the dirty flag",
        {kReclaim, kGup},
        {holds(kReclaim, 0, 0), holds(kReclaim, 1, 1)}}}};
}

// include/linux/rmap.h __folio_try_share_anon_rmap(); mm/gup.c try_grab_folio_fast(),
// gup_fast_pte_range(); mm/internal.h gup_must_unshare().
std::vector<Instruction> sharing(unsigned restored) {
  enum { kEntry, kRefs, kPins, kExclusive };
  return {store(kEntry, 0).as("ptep_get_and_clear()"),
          mb().without("smp_mb"),
          load(0, kPins).as("folio_maybe_dma_pinned()"),
          jumpUnless(0, constant(0), 0),
          exchange(kExclusive, 0).as("ClearPageAnonExclusive()"),
          mb().as("smp_mb__after_atomic()").without("after-clear"),
          label(0),
          store(kEntry, restored).as("set_pte_at()")};
}
std::vector<Instruction> pinning(unsigned found) {
  enum { kEntry, kRefs, kPins, kExclusive };
  return {load(0, kEntry).as("ptep_get_lockless()"),
          jumpUnless(0, constant(found), 0),
          addReturn(kRefs, 1).addressFrom(0).as("try_get_folio()").relaxedWithout("try_get_folio"),
          add(kPins, 1).addressFrom(0).as("atomic_add(_pincount)"),
          mb().as("smp_mb__after_atomic()").without("after-pin"),
          load(1, kEntry).as("ptep_get()"),
          jumpUnless(1, reg(0), 0)};
}

KernelTest shareReadOnly() {
  enum { kEntry, kRefs, kPins, kExclusive };
  std::vector<Instruction> gup = pinning(1);
  gup.push_back(rmb().without("smp_rmb"));
  gup.push_back(load(2, kExclusive).as("PageAnonExclusive()"));
  gup.push_back(label(0));
  return {
      "share-anon",
      "clearing PageAnonExclusive of a page that is mapped read-only",
      "Sharing (for swap, migration, KSM) clears the entry (1: read-only), checks for pins, clears "
      "PageAnonExclusive and sets the same entry again. GUP-fast, to read, takes a reference and a "
      "pin, re-reads the entry, and keeps the pin only of an exclusive page.",
      "include/linux/rmap.h __folio_try_share_anon_rmap(), mm/gup.c try_grab_folio_fast(), "
      "mm/internal.h gup_must_unshare()",
      {{{"entry", 1}, {"refs"}, {"pins"}, {"exclusive", 1}},
       {{"sharing", sharing(1)}, {"GUP-fast", gup}}},
      {{"smp_mb",
        "smp_mb() in __folio_try_share_anon_rmap(), before looking for pins",
        {false, true, true},
        ""},
       {"after-clear",
        "smp_mb__after_atomic() in __folio_try_share_anon_rmap(), after ClearPageAnonExclusive()",
        {false, false, true},
        ""},
       {"try_get_folio",
        "full order of the atomic in try_get_folio(), before the pin",
        {false, false, false},
        ""},
       {"after-pin",
        "smp_mb__after_atomic() in try_grab_folio_fast(), after the pin",
        {false, false, true},
        ""},
       {"smp_rmb",
        "smp_rmb() in gup_must_unshare(), before PageAnonExclusive",
        {false, false, true},
        ""}},
      {{"GUP-fast keeps a pin of a page that is no longer exclusive",
        {0, 1},
        {holds(0, 0, 0), holds(1, 1, 1), holds(1, 2, 1)}}},
      {{"sharing sees the pin", {0, 1}, {holds(0, 0, 1)}},
       {"the same entry again, and no longer exclusive",
        {0, 1},
        {holds(1, 1, 1), holds(1, 2, 0), holds(1, 0, 1)}}}};
}

KernelTest shareWritable() {
  enum { kEntry, kRefs, kPins, kExclusive };
  std::vector<Instruction> gup = pinning(2);
  gup.push_back(label(0));
  return {
      "share-anon-writable",
      "clearing PageAnonExclusive of a page that is mapped writable",
      "As share-anon, but the entry was writable (2) and comes back read-only (1), so that the "
      "change itself tells GUP-fast, which does not look at PageAnonExclusive then.",
      "include/linux/rmap.h __folio_try_share_anon_rmap(), mm/gup.c try_grab_folio_fast()",
      {{{"entry", 2}, {"refs"}, {"pins"}, {"exclusive", 1}},
       {{"sharing", sharing(1)}, {"GUP-fast", gup}}},
      {{"smp_mb",
        "smp_mb() in __folio_try_share_anon_rmap(), before looking for pins",
        {false, true, true},
        ""},
       {"after-clear",
        "smp_mb__after_atomic() in __folio_try_share_anon_rmap(), after ClearPageAnonExclusive()",
        {false, false, false},
        ""},
       {"try_get_folio",
        "full order of the atomic in try_get_folio(), before the pin",
        {false, false, false},
        ""},
       {"after-pin",
        "smp_mb__after_atomic() in try_grab_folio_fast(), after the pin",
        {false, false, true},
        ""}},
      {{"GUP-fast keeps a pin, to write, of a page that is no longer exclusive",
        {0, 1},
        {holds(0, 0, 0), holds(1, 0, 2), holds(1, 1, 2)}}},
      {{"sharing sees the pin", {0, 1}, {holds(0, 0, 1)}},
       {"GUP-fast sees another entry", {0, 1}, {holds(1, 0, 2), holds(1, 1, 1)}}}};
}

}  // namespace

std::vector<KernelTest> gupTests() {
  return {unmap("unmap", "reclaim discards a folio while GUP-fast takes a reference", false,
                {false, true, true}),
          unmap("unmap-xchg", "the same where an atomic exchange clears the entry", true,
                {false, false, true}),
          refsBeforeDirty(),
          freezeBeforeDirty(),
          shareReadOnly(),
          shareWritable()};
}

}  // namespace ptecheck::order
