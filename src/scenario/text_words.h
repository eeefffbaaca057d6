// SPDX-License-Identifier: GPL-2.0-only
//
// The words of scenario files, in the order in which they are printed. Parser and printer share
// them, so that what one writes the other reads.
#ifndef PTECHECK_SCENARIO_TEXT_WORDS_H
#define PTECHECK_SCENARIO_TEXT_WORDS_H

#include <array>
#include <string_view>

#include "scenario/flat.h"

namespace ptecheck::text_detail {

struct Flag {
  std::string_view name;
  unsigned bit;
};

inline constexpr std::string_view kArch = "arch";

// "read-only" stands for the absence of VMA_WRITE; at least one of it and "write" is always
// written.
inline constexpr std::string_view kReadOnly = "read-only";
inline constexpr std::array<Flag, 6> kVmaFlags = {{
    {"write", VMA_WRITE},
    {"locked", VMA_LOCKED},
    {"droppable", VMA_DROPPABLE},
    {"uffd-wp", VMA_UFFD_WP},
    {"shadow-stack", VMA_SHADOW_STACK},
    {"soft-dirty", VMA_SOFTDIRTY},
}};

// "lazyfree" or "swap-backed" must be given. Locked and up to date is the rule, so the exception is
// named.
inline constexpr std::string_view kLazyfree = "lazyfree", kSwapBacked = "swap-backed";
inline constexpr std::string_view kFolded = "folded";
inline constexpr std::string_view kReferences = "references", kPins = "pins";
inline constexpr std::array<Flag, 3> kFolioFlags = {{
    {"swap-cache", FOLIO_SWAPCACHE},
    {"dirty", FOLIO_DIRTY},
    {"mlocked", FOLIO_MLOCKED},
}};
inline constexpr std::array<Flag, 2> kFolioNegated = {{
    {"not-locked", FOLIO_LOCKED},
    {"not-uptodate", FOLIO_UPTODATE},
}};

inline constexpr std::string_view kTryToUnmap = "try_to_unmap", kRemoteCpu = "remote-cpu";
inline constexpr std::array<Flag, 2> kTtuFlags = {{
    {"batch-flush", UNMAP_BATCH_FLUSH},
    {"ignore-mlock", UNMAP_IGNORE_MLOCK},
}};

inline constexpr std::array<Flag, 2> kEvents = {{
    {"reference", EVENT_REFERENCE},
    {"swap-duplicate-fails", EVENT_SWAP_DUPLICATE},
}};

inline constexpr std::array<Flag, 3> kActions = {{
    {"reads", STEP_READ},
    {"writes", STEP_WRITE},
    {"forks", STEP_FORK},
}};

// An entry: 'w' or 'r', then these letters, a dot for each that is missing.
struct Letter {
  char name;
  unsigned bit;
};
inline constexpr std::array<Letter, 6> kLetters = {{
    {'E', ENTRY_EXCLUSIVE},
    {'D', ENTRY_DIRTY},
    {'Y', ENTRY_YOUNG},
    {'S', ENTRY_SOFT_DIRTY},
    {'U', ENTRY_UFFD_WP},
    {'N', ENTRY_PROTNONE},
}};
inline constexpr std::array<Flag, 3> kHoles = {{
    {"-", 0},
    {"other", ENTRY_OTHER},
    {"swapped", ENTRY_SWAPPED},
}};

inline constexpr std::string_view kGood = "good", kMutant = "mutant", kTree = "tree";

}  // namespace ptecheck::text_detail

#endif
