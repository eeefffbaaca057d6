// SPDX-License-Identifier: GPL-2.0-only
//
// A policy says what a batch is and what becomes of it when it cannot be unmapped: one kernel
// version, or one repair that was proposed. It is data, so that a new idea is a new value, not new
// code.
#ifndef PTECHECK_MM_POLICY_H
#define PTECHECK_MM_POLICY_H

#include <array>
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

// What becomes of a bit that may differ between the entries of a batch.
enum class Treat : unsigned char {
  kRespect,  // it may not: a batch ends where the bit changes
  kFirst,    // the first entry's is taken for all
  kOr,       // set for all if it is for any
  kAnd       // set for all if it is for all
};

// How a batch that cannot be unmapped is put back.
enum class Restore : unsigned char {
  kFirst,  // copies of what get_and_clear_ptes() returned: the first entry, dirty and young merged
  kWriteProtect,  // the same, write-protected
  kMerged,        // copies of the first entry with every bit as its Treat says
  kEach           // every entry as it was
};

// The kinds of work that can be done in batches, each of which can have a batching of its own.
enum class Case : unsigned char {
  kLazyfree,      // try_to_unmap(): dropped, or put back
  kSwapBacked,    // try_to_unmap(): anonymous, replaced by swap entries
  kFile,          // try_to_unmap(): of a file or shmem; dropped, or replaced by uffd-wp markers
  kMigration,     // try_to_migrate(): replaced by migration entries
  kMigrationBack  // remove_migration_ptes(): migration entries are replaced by present ones
};
inline constexpr unsigned kCases = 5;

// How one case is batched. Present entries: what is not named here (page frame, protection, unused,
// ...) is always respected, as folio_pte_batch() does. Of migration entries write, exclusive (they
// are the entry's type), young and dirty (in its offset), soft-dirty and uffd-wp are meant.
// Entries of devices are never part of a batch.
struct Batching {
  Reach reach = Reach::kOne;
  Bounds bounds = Bounds::kTableAndVma;
  // The kernel's folio_pte_batch_flags() and get_and_clear_ptes(), without flags.
  Treat write = Treat::kFirst;
  Treat dirty = Treat::kOr;
  Treat young = Treat::kOr;
  Treat soft_dirty = Treat::kFirst;
  Treat uffd_wp = Treat::kRespect;
  // PageAnonExclusive of the pages: kRespect cuts a batch into sub-batches of equal ones.
  Treat exclusive = Treat::kFirst;
  Restore restore = Restore::kFirst;
  // Only exclusive pages are batched.
  bool needs_exclusive = false;

  bool operator==(const Batching&) const = default;
};

// FPB_* that make folio_pte_batch_flags() treat bits so, as far as the kernel's flags can say it.
constexpr unsigned fpbFlags(const Batching& batching) {
  return (batching.dirty == Treat::kRespect ? unsigned{FPB_RESPECT_DIRTY} : 0U) |
         (batching.soft_dirty == Treat::kRespect ? unsigned{FPB_RESPECT_SOFT_DIRTY} : 0U) |
         (batching.write == Treat::kRespect ? unsigned{FPB_RESPECT_WRITE} : 0U) |
         (batching.write == Treat::kOr ? unsigned{FPB_MERGE_WRITE} : 0U);
}
// Can folio_pte_batch_flags() and get_and_clear_ptes() do it?
constexpr bool isKernels(const Batching& batching) {
  return (batching.dirty == Treat::kOr || batching.dirty == Treat::kRespect) &&
         batching.young == Treat::kOr && batching.uffd_wp == Treat::kRespect &&
         batching.exclusive == Treat::kFirst && !batching.needs_exclusive &&
         (batching.soft_dirty == Treat::kFirst || batching.soft_dirty == Treat::kRespect);
}

struct Policy {
  std::string name;
  std::string_view summary;  // one line
  std::array<Batching, kCases> batching{};
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
  // try_to_migrate_one() reads entries of devices as if they were present, their page frames and
  // bits alike, and remove_migration_pte() takes device-exclusive entries for migration entries,
  // which counts their mappings twice (until 6.14).
  bool device_entries_as_present = false;
  // File folios are not batched in VMAs that are registered for userfaultfd write protection
  // (7.0 until mid 2026).
  bool file_batch_avoids_uffd = false;
  // Of a batch of file pages only the first is replaced by a uffd-wp marker (a67fe41e214f as first
  // posted).
  bool file_batch_marks_first = false;
  Mutant mutant = Mutant::kNone;

  Batching& of(Case which) { return batching[static_cast<unsigned>(which)]; }
  const Batching& of(Case which) const { return batching[static_cast<unsigned>(which)]; }
  bool batches(Case which) const { return of(which).reach != Reach::kOne; }

  // The same code, one entry at a time: what `differs` compares with.
  Policy reference() const {
    Policy policy = *this;
    for (Batching& one : policy.batching) one.reach = Reach::kOne;
    return policy;
  }

  // Do both do the same? Names do not count.
  friend bool operator==(const Policy& a, const Policy& b) {
    return a.batching == b.batching && a.wrprotect_early == b.wrprotect_early &&
           a.swapbacked_on_reference == b.swapbacked_on_reference &&
           a.loses_on_mismatch == b.loses_on_mismatch &&
           a.flushes_accessible_only == b.flushes_accessible_only &&
           a.reuses_large_folios == b.reuses_large_folios &&
           a.device_entries_as_present == b.device_entries_as_present &&
           a.file_batch_avoids_uffd == b.file_batch_avoids_uffd &&
           a.file_batch_marks_first == b.file_batch_marks_first && a.mutant == b.mutant;
  }
};

std::span<const Policy> policies();
const Policy* findPolicy(std::string_view name);      // nullptr: there is none
const MutantInfo* findMutant(std::string_view name);  // nullptr: there is none
Policy mutate(Policy base, const MutantInfo& info);   // named BASE+MUTANT
Policy policyOf(const MutantInfo& info);              // its own base, mutated

}  // namespace ptecheck

#endif
