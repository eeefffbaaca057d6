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

const std::array<Policy, 11>& table() {
  static const std::array<Policy, 11> policies = {unbatched(),     v6_12(),
                                                  v6_15(),         v6_16(),
                                                  wrprotect(),     wrprotect_early(),
                                                  respect_write(), respect_write_softdirty(),
                                                  merge_write(),   merge_write_safe_restore(),
                                                  restore_each()};
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

Policy mutate(Policy base, const MutantInfo& info) {
  base.name += '+';
  base.name += info.name;
  base.summary = info.summary;
  base.mutant = info.mutant;
  return base;
}

Policy policyOf(const MutantInfo& info) { return mutate(*findPolicy(info.base), info); }

}  // namespace ptecheck
