// SPDX-License-Identifier: GPL-2.0-only
#include "check/synth_space.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "mm/policy_words.h"

namespace ptecheck {

namespace {

constexpr std::array<Treat, 4> kTreats = {Treat::kRespect, Treat::kFirst, Treat::kOr, Treat::kAnd};
constexpr std::array<Restore, 4> kRestores = {Restore::kFirst, Restore::kWriteProtect,
                                              Restore::kMerged, Restore::kEach};

using Bit = Treat Batching::*;

Batching byDefault() {
  Batching batching;
  batching.reach = Reach::kAsFarAsEqual;
  return batching;
}

// Which bits of a batch's first entry become part of what replaces it, or of the folio.
bool usedOnSuccess(Case which, Bit bit) {
  switch (which) {
    case Case::kLazyfree:
      return bit == &Batching::dirty;
    case Case::kSwapBacked:
      return bit != &Batching::write && bit != &Batching::young;
    case Case::kFile:
      return bit == &Batching::dirty || bit == &Batching::uffd_wp;
    case Case::kMigration:
    case Case::kMigrationBack:
      break;
  }
  return true;
}

bool exists(Bit bit, const Abilities& abilities) {
  if (bit == &Batching::soft_dirty) return abilities.soft_dirty;
  if (bit == &Batching::uffd_wp) return abilities.uffd_wp;
  return true;
}

// How much must be remembered of a batch to restore it so.
unsigned knows(Restore restore) {
  switch (restore) {
    case Restore::kFirst:
    case Restore::kWriteProtect:
      break;
    case Restore::kMerged:
      return 1;
    case Restore::kEach:
      return 2;
  }
  return 0;
}

auto rank(const Batching& batching) {
  unsigned respected = 0, merged = 0;
  for (const TreatedBit& bit : kTreatedBits) {
    const Treat treat = batching.*bit.treat;
    respected += treat == Treat::kRespect;
    merged += treat == Treat::kOr || treat == Treat::kAnd;
  }
  return std::tuple(respected, knows(batching.restore), merged, batching.restore, batching.write,
                    batching.dirty, batching.young, batching.soft_dirty, batching.uffd_wp,
                    batching.exclusive);
}

}  // namespace

bool restores(Case which) { return which != Case::kFile && which != Case::kMigrationBack; }

bool morePermissive(const Batching& a, const Batching& b) { return rank(a) < rank(b); }

Batching representative(Case which, Batching batching, const Abilities& abilities) {
  const Batching plain = byDefault();
  if (!restores(which)) batching.restore = plain.restore;
  for (const TreatedBit& bit : kTreatedBits) {
    Treat& treat = batching.*bit.treat;
    if (!exists(bit.treat, abilities)) {
      treat = plain.*bit.treat;
      continue;
    }
    // (PageAnonExclusive is no bit of an entry: no restore writes it.)
    const bool used = usedOnSuccess(which, bit.treat) ||
                      (batching.restore == Restore::kMerged && bit.treat != &Batching::exclusive);
    if (used || treat == Treat::kRespect) continue;
    const bool merged_anyway = bit.treat == &Batching::dirty || bit.treat == &Batching::young;
    treat = merged_anyway ? Treat::kOr : Treat::kFirst;
  }
  return batching;
}

std::vector<Batching> allBatchings() {
  std::vector<Batching> all = {byDefault()};
  for (const TreatedBit& bit : kTreatedBits) {
    std::vector<Batching> more;
    for (Batching batching : all)
      for (Treat treat : kTreats) {
        batching.*bit.treat = treat;
        more.push_back(batching);
      }
    all = std::move(more);
  }
  std::vector<Batching> more;
  for (Batching batching : all)
    for (Restore restore : kRestores) {
      batching.restore = restore;
      more.push_back(batching);
    }
  return more;
}

std::vector<Batching> representatives(Case which, const Abilities& abilities) {
  std::vector<Batching> result;
  for (const Batching& batching : allBatchings())
    if (representative(which, batching, abilities) == batching) result.push_back(batching);
  std::sort(result.begin(), result.end(), morePermissive);
  return result;
}

std::vector<Batching> weakerNeighbours(Case which, const Batching& batching,
                                       const Abilities& abilities) {
  std::vector<Batching> result;
  const auto add = [&](const Batching& neighbour) {
    const Batching known = representative(which, neighbour, abilities);
    if (known == representative(which, batching, abilities)) return;
    if (std::find(result.begin(), result.end(), known) == result.end()) result.push_back(known);
  };
  for (const TreatedBit& bit : kTreatedBits) {
    Batching neighbour = batching;
    const Treat treat = batching.*bit.treat;
    if (treat == Treat::kFirst) continue;
    neighbour.*bit.treat = Treat::kFirst;
    add(neighbour);
    if (treat != Treat::kRespect) continue;
    for (Treat merged : {Treat::kOr, Treat::kAnd}) {
      neighbour.*bit.treat = merged;
      add(neighbour);
    }
  }
  for (Restore restore : kRestores) {
    if (knows(restore) >= knows(batching.restore)) continue;
    Batching neighbour = batching;
    neighbour.restore = restore;
    add(neighbour);
  }
  return result;
}

}  // namespace ptecheck
