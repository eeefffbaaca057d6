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

Policy unbatched() {
  Policy policy = named("unbatched", "one entry at a time: the reference");
  policy.reach = Reach::kOne;
  return policy;
}

Policy v6_12() {
  Policy policy = named("v6.12", "before batching; a referenced folio becomes swap-backed");
  policy.reach = Reach::kOne;
  policy.swapbacked_on_reference = true;
  policy.loses_on_mismatch = true;
  policy.flushes_accessible_only = true;
  policy.reuses_large_folios = false;
  return policy;
}

Policy v6_15() {
  Policy policy = named("v6.15", "the whole folio or one entry; no bound but the folio's end");
  policy.reach = Reach::kWholeFolio;
  policy.bounds = Bounds::kFolio;
  policy.loses_on_mismatch = true;
  return policy;
}

Policy v6_16() {
  Policy policy = named("v6.16", "partial batches, bounded; write and soft-dirty ignored");
  policy.loses_on_mismatch = true;
  return policy;
}

Policy wrprotect() {
  Policy policy = named("wrprotect", "v6.16, but what is put back is write-protected");
  policy.restore = Restore::kWriteProtect;
  return policy;
}

Policy wrprotect_early() {
  Policy policy = named("wrprotect-early", "v6.16, write-protected right after clearing");
  policy.wrprotect_early = true;
  return policy;
}

Policy respect_write() {
  Policy policy = named("respect-write", "a batch ends where the write bit changes");
  policy.flags = FPB_RESPECT_WRITE;
  return policy;
}

Policy respect_write_softdirty() {
  Policy policy =
      named("respect-write-softdirty", "... or soft-dirty: as merged (29f40594a281, 7.0)");
  policy.flags = FPB_RESPECT_WRITE | FPB_RESPECT_SOFT_DIRTY;
  return policy;
}

Policy merge_write() {
  Policy policy = named("merge-write", "write merged (FPB_MERGE_WRITE) and put back merged");
  policy.flags = FPB_MERGE_WRITE;
  policy.restore = Restore::kMerged;
  return policy;
}

Policy merge_write_safe_restore() {
  Policy policy = named("merge-write-safe-restore",
                        "write merged for checks; put back writable only if all were");
  policy.flags = FPB_MERGE_WRITE;
  policy.restore = Restore::kFirstOrProtected;
  return policy;
}

Policy restore_each() {
  Policy policy = named("restore-each", "v6.16, but every entry is remembered and put back");
  policy.restore = Restore::kEach;
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
