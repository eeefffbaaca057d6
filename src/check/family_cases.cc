// SPDX-License-Identifier: GPL-2.0-only
#include "check/family_cases.h"

namespace ptecheck {

bool reaches(Family family, Case which) {
  const bool migration = which == Case::kMigration || which == Case::kMigrationBack;
  const bool anonymous = which == Case::kLazyfree || which == Case::kSwapBacked;
  switch (family) {
    case Family::kReclaim:
      return anonymous;
    case Family::kSwap:
      return which == Case::kSwapBacked;
    case Family::kFile:
      return which == Case::kFile;
    case Family::kMigration:
      return migration;
    case Family::kDevice:
      return which == Case::kLazyfree || migration;
    case Family::kRare:
    case Family::kMismatch:
      return true;
    case Family::kHuge:
      return anonymous || migration;
  }
  return true;
}

Policy relevantPart(const Policy& policy, Family family) {
  Policy part = policy;
  for (unsigned i = 0; i < kCases; ++i) {
    const Case which = static_cast<Case>(i);
    if (!reaches(family, which)) part.of(which) = Batching{};
  }
  if (!reaches(family, Case::kFile)) part.file_batch_avoids_uffd = false;
  return part;
}

Family familyOf(Case which) {
  switch (which) {
    case Case::kLazyfree:
      return Family::kReclaim;
    case Case::kSwapBacked:
      return Family::kSwap;
    case Case::kFile:
      return Family::kFile;
    case Case::kMigration:
    case Case::kMigrationBack:
      break;
  }
  return Family::kMigration;
}

}  // namespace ptecheck
