// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/family.h"

#include <array>

namespace ptecheck {

namespace {

constexpr std::array<std::string_view, kFamilies> kNames = {"reclaim", "swap", "file", "migration",
                                                            "device",  "rare", "huge", "mismatch"};

}  // namespace

std::string_view familyName(Family family) { return kNames[static_cast<unsigned>(family)]; }

std::optional<Family> findFamily(std::string_view name) {
  for (unsigned i = 0; i < kFamilies; ++i)
    if (kNames[i] == name) return static_cast<Family>(i);
  return std::nullopt;
}

}  // namespace ptecheck
