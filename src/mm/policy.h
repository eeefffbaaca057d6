// SPDX-License-Identifier: GPL-2.0-only
//
// A policy says what a batch is and what becomes of it when it cannot be unmapped: one kernel
// version, or one repair that was proposed. It is data, so that a new idea is a new value, not new
// code.
#ifndef PTECHECK_MM_POLICY_H
#define PTECHECK_MM_POLICY_H

#include <span>
#include <string>
#include <string_view>

#include "mm/mutant.h"
#include "pte/batch.h"

namespace ptecheck {

enum class Reach : unsigned char {
  kOne,          // one entry at a time
  kWholeFolio,   // the whole folio, from its first page, or one entry (6.15)
  kAsFarAsEqual  // as far as entries are equal (6.16)
};

enum class Bounds : unsigned char {
  kFolio,       // the folio's end alone (6.15): may leave the page table and the VMA
  kTableAndVma  // page table and VMA as well (6.16)
};

// How a lazyfree batch that cannot be discarded is put back.
enum class Restore : unsigned char {
  kFirst,  // copies of what get_and_clear_ptes() returned: the first entry, dirty and young merged
  kWriteProtect,  // the same, write-protected
  // Copies of the first, with the bits that FPB_MERGE_* found in the batch.
  kMerged,
  // FPB_MERGE_WRITE serves the checks alone. What is put back is what get_and_clear_ptes()
  // returned, write-protected unless *every* entry was writable. Nothing can gain write, and a
  // batch that was writable throughout loses nothing. Soft-dirty is as (un)safe as with kFirst.
  kFirstOrProtected,
  kEach  // every entry as it was
};

struct Policy {
  std::string name;
  std::string_view summary;  // one line
  Reach reach = Reach::kAsFarAsEqual;
  Bounds bounds = Bounds::kTableAndVma;
  unsigned flags = 0;  // FPB_RESPECT_*, FPB_MERGE_*
  Restore restore = Restore::kFirst;
  // Right after get_and_clear_ptes(), before flush bookkeeping, dirty check and every kind of
  // restore.
  bool wrprotect_early = false;
  // Until 6.14, a folio with unexpected references became swap-backed too; since faeb2831b517 only
  // a dirty one does.
  bool swapbacked_on_reference = false;
  // swapbacked != swapcache warns and gives up. Kernels seen so far leave the cleared entries
  // cleared.
  bool loses_on_mismatch = false;
  // Until 6.14 ptep_clear_flush(), which does not flush what no TLB can hold; since then
  // flush_tlb_range(), which always flushes.
  bool flushes_accessible_only = false;
  // do_wp_page() may reuse a page of a large folio all of whose references are mappings of this
  // process (since 6.15, 1da190f4d0a6).
  bool reuses_large_folios = true;
  Mutant mutant = Mutant::kNone;

  // The same code, one entry at a time: what `differs` compares with.
  Policy reference() const {
    Policy policy = *this;
    policy.reach = Reach::kOne;
    return policy;
  }

  // Do both do the same? Names do not count.
  friend bool operator==(const Policy& a, const Policy& b) {
    return a.reach == b.reach && a.bounds == b.bounds && a.flags == b.flags &&
           a.restore == b.restore && a.wrprotect_early == b.wrprotect_early &&
           a.swapbacked_on_reference == b.swapbacked_on_reference &&
           a.loses_on_mismatch == b.loses_on_mismatch &&
           a.flushes_accessible_only == b.flushes_accessible_only &&
           a.reuses_large_folios == b.reuses_large_folios && a.mutant == b.mutant;
  }
};

std::span<const Policy> policies();
const Policy* findPolicy(std::string_view name);      // nullptr: there is none
const MutantInfo* findMutant(std::string_view name);  // nullptr: there is none
Policy mutate(Policy base, const MutantInfo& info);   // named BASE+MUTANT
Policy policyOf(const MutantInfo& info);              // its own base, mutated

}  // namespace ptecheck

#endif
