// SPDX-License-Identifier: GPL-2.0-only
#include "mm/policy.h"

#include <array>

namespace ptecheck {

namespace {

Policy named(std::string_view name, std::string_view summary) {
  Policy policy;
  policy.name = name;
  policy.summary = summary;
  return policy;
}

Policy unbatched() { return named("unbatched", "one entry at a time: the reference"); }

Policy v6_12() {
  Policy policy = named("v6.12", "before batching; a referenced folio becomes swap-backed");
  policy.swapbacked_on_reference = true;
  policy.loses_on_mismatch = true;
  policy.flushes_accessible_only = true;
  policy.reuses_large_folios = false;
  policy.device_entries_as_present = true;
  return policy;
}

// Lazyfree folios, as far as entries are equal.
Policy lazyfreeBatches(std::string_view name, std::string_view summary) {
  Policy policy = named(name, summary);
  policy.of(Case::kLazyfree).reach = Reach::kAsFarAsEqual;
  return policy;
}

Policy v6_15() {
  Policy policy =
      lazyfreeBatches("v6.15", "the whole folio or one entry; no bound but the folio's end");
  policy.of(Case::kLazyfree).reach = Reach::kWholeFolio;
  policy.of(Case::kLazyfree).bounds = Bounds::kFolio;
  policy.loses_on_mismatch = true;
  return policy;
}

Policy v6_16() {
  Policy policy =
      lazyfreeBatches("v6.16", "partial batches, bounded; write and soft-dirty ignored");
  policy.loses_on_mismatch = true;
  return policy;
}

Policy wrprotect() {
  Policy policy = lazyfreeBatches("wrprotect", "v6.16, but what is put back is write-protected");
  policy.of(Case::kLazyfree).restore = Restore::kWriteProtect;
  return policy;
}

Policy wrprotect_early() {
  Policy policy = lazyfreeBatches("wrprotect-early", "v6.16, write-protected right after clearing");
  policy.wrprotect_early = true;
  return policy;
}

Policy respect_write() {
  Policy policy = lazyfreeBatches("respect-write", "a batch ends where the write bit changes");
  policy.of(Case::kLazyfree).write = Treat::kRespect;
  return policy;
}

Policy respect_write_softdirty() {
  Policy policy = lazyfreeBatches("respect-write-softdirty",
                                  "... or soft-dirty: as merged (29f40594a281, 7.0)");
  policy.of(Case::kLazyfree).write = Treat::kRespect;
  policy.of(Case::kLazyfree).soft_dirty = Treat::kRespect;
  return policy;
}

// What FPB_MERGE_WRITE merges into the caller's copy has to be carried over by hand to what
// clearing returned.
Policy merge_write() {
  Policy policy =
      lazyfreeBatches("merge-write", "write merged (FPB_MERGE_WRITE) and put back merged");
  policy.of(Case::kLazyfree).write = Treat::kOr;
  policy.of(Case::kLazyfree).restore = Restore::kMerged;
  return policy;
}

// Nothing can gain write, and a batch that was writable throughout loses nothing. Soft-dirty is as
// (un)safe as in v6.16.
Policy merge_write_safe_restore() {
  Policy policy = lazyfreeBatches("merge-write-safe-restore",
                                  "write merged for checks; put back writable only if all were");
  policy.of(Case::kLazyfree).write = Treat::kAnd;
  policy.of(Case::kLazyfree).restore = Restore::kMerged;
  return policy;
}

Policy restore_each() {
  Policy policy =
      lazyfreeBatches("restore-each", "v6.16, but every entry is remembered and put back");
  policy.of(Case::kLazyfree).restore = Restore::kEach;
  return policy;
}

Policy called(Policy policy, std::string_view name, std::string_view summary) {
  policy.name = name;
  policy.summary = summary;
  return policy;
}

// File folios as well (a67fe41e214f), with the flags that lazyfree ones need.
Policy v7_0() {
  Policy policy = called(respect_write_softdirty(), "v7.0",
                         "file folios too, unless a VMA is armed with uffd-wp");
  policy.of(Case::kFile) = policy.of(Case::kLazyfree);
  policy.file_batch_avoids_uffd = true;
  return policy;
}

Policy v7_0_rc_file() {
  Policy policy = called(v7_0(), "v7.0-rc-file",
                         "file batches as first posted: one marker for a batch of armed pages");
  policy.file_batch_avoids_uffd = false;
  policy.file_batch_marks_first = true;
  return policy;
}

// Barry Song, May 2025.
Policy anon_rfc() {
  Policy policy = called(v6_16(), "anon-rfc",
                         "v6.16, and swap-backed folios whole, if all their pages are exclusive");
  policy.of(Case::kSwapBacked).reach = Reach::kWholeFolio;
  policy.of(Case::kSwapBacked).needs_exclusive = true;
  return policy;
}

// Dev Jain, 2026.
Policy anon_2026() {
  Policy policy = called(v7_0(), "anon-2026",
                         "v7.0, and swap-backed folios in runs of equally exclusive pages");
  policy.of(Case::kSwapBacked) = policy.of(Case::kLazyfree);
  policy.of(Case::kSwapBacked).exclusive = Treat::kRespect;
  return policy;
}

// Every case, as wide as the facts allow. A batch must not differ in what the entries that are
// written for it say; nothing else has to be equal:
//
//   lazyfree     nothing is written, but a restore: every entry as it was
//   swap-backed  swap entries say soft-dirty, uffd-wp and exclusive
//   file         markers say uffd-wp
//   migration    migration entries, and what they become again, say everything
//
// Dirty always reaches the folio. The first entry's is kept in the value, and not merged, as
// pte_mkdirty() would mark all of a swap-backed batch soft-dirty.
Policy batch_all() {
  Policy policy = named("batch-all", "every case batched, by what its entries have to say");
  for (Batching& batching : policy.batching) {
    batching.reach = Reach::kAsFarAsEqual;
    batching.restore = Restore::kEach;
    batching.dirty = batching.young = Treat::kFirst;
    batching.uffd_wp = Treat::kFirst;
  }
  policy.of(Case::kFile).uffd_wp = Treat::kRespect;
  Batching& swapbacked = policy.of(Case::kSwapBacked);
  swapbacked.soft_dirty = swapbacked.uffd_wp = swapbacked.exclusive = Treat::kRespect;
  Batching& migration = policy.of(Case::kMigration);
  migration.write = migration.exclusive = migration.soft_dirty = migration.uffd_wp =
      migration.dirty = migration.young = Treat::kRespect;
  policy.of(Case::kMigrationBack) = migration;
  return policy;
}

const std::array<Policy, 16>& table() {
  static const std::array<Policy, 16> policies = {unbatched(),     v6_12(),
                                                  v6_15(),         v6_16(),
                                                  wrprotect(),     wrprotect_early(),
                                                  respect_write(), respect_write_softdirty(),
                                                  merge_write(),   merge_write_safe_restore(),
                                                  restore_each(),  v7_0(),
                                                  v7_0_rc_file(),  anon_rfc(),
                                                  anon_2026(),     batch_all()};
  return policies;
}

}  // namespace

std::span<const Policy> policies() { return table(); }

const Policy* findPolicy(std::string_view name) {
  for (const Policy& policy : table())
    if (policy.name == name) return &policy;
  return nullptr;
}

const MutantInfo* findMutant(std::string_view name) {
  for (const MutantInfo& info : mutants())
    if (info.name == name) return &info;
  return nullptr;
}

namespace {

// Mistakes in what a batch is: a bit that must be the same throughout is taken from the first.
void misbatch(Policy& policy, Mutant mutant) {
  Batching& swap = policy.of(Case::kSwapBacked);
  Batching& migration = policy.of(Case::kMigration);
  if (mutant == Mutant::kSwapExclusiveOfFirst) swap.exclusive = Treat::kFirst;
  if (mutant == Mutant::kSwapSoftDirtyOfFirst) swap.soft_dirty = Treat::kFirst;
  if (mutant == Mutant::kSwapUffdWpOfFirst) swap.uffd_wp = Treat::kFirst;
  if (mutant == Mutant::kMigrationWriteOfFirst) migration.write = Treat::kFirst;
  if (mutant == Mutant::kMigrationExclusiveOfFirst) migration.exclusive = Treat::kFirst;
  if (mutant == Mutant::kMigrationSoftDirtyOfFirst) migration.soft_dirty = Treat::kFirst;
  if (mutant == Mutant::kMigrationUffdWpOfFirst) migration.uffd_wp = Treat::kFirst;
  if (mutant == Mutant::kMigrationBackWriteOfFirst)
    policy.of(Case::kMigrationBack).write = Treat::kFirst;
}

}  // namespace

Policy mutate(Policy base, const MutantInfo& info) {
  base.name += '+';
  base.name += info.name;
  base.summary = info.summary;
  base.mutant = info.mutant;
  misbatch(base, info.mutant);
  return base;
}

Policy policyOf(const MutantInfo& info) { return mutate(*findPolicy(info.base), info); }

}  // namespace ptecheck
