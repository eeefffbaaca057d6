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
inline constexpr std::array<Flag, 8> kVmaFlags = {{
    {"write", VMA_WRITE},
    {"locked", VMA_LOCKED},
    {"droppable", VMA_DROPPABLE},
    {"uffd-wp", VMA_UFFD_WP},
    {"shadow-stack", VMA_SHADOW_STACK},
    {"soft-dirty", VMA_SOFTDIRTY},
    {"file", VMA_FILE},
    {"shared", VMA_SHARED},
}};

// One kind must be given. Locked and up to date is the rule, so the exception is
// named.
inline constexpr std::array<Flag, 4> kFolioKinds = {{
    {"lazyfree", 0},
    {"swap-backed", FOLIO_SWAPBACKED},
    {"file", FOLIO_FILE},
    {"shmem", FOLIO_FILE | FOLIO_SWAPBACKED},
}};
inline constexpr std::string_view kFolded = "folded", kPmdMapped = "pmd-mapped";
inline constexpr std::string_view kReferences = "references", kPins = "pins";
inline constexpr std::array<Flag, 5> kFolioFlags = {{
    {"swap-cache", FOLIO_SWAPCACHE},
    {"dirty", FOLIO_DIRTY},
    {"mlocked", FOLIO_MLOCKED},
    {"hwpoison", FOLIO_HWPOISON},
    {"device-private", FOLIO_DEVICE_PRIVATE},
}};
inline constexpr std::array<Flag, 2> kFolioNegated = {{
    {"not-locked", FOLIO_LOCKED},
    {"not-uptodate", FOLIO_UPTODATE},
}};

inline constexpr std::array<Flag, 2> kOperations = {{
    {"try_to_unmap", OPERATION_TRY_TO_UNMAP},
    {"try_to_migrate", OPERATION_TRY_TO_MIGRATE},
}};
inline constexpr std::string_view kRemoteCpu = "remote-cpu";
inline constexpr std::array<Flag, 3> kTtuFlags = {{
    {"batch-flush", UNMAP_BATCH_FLUSH},
    {"ignore-mlock", UNMAP_IGNORE_MLOCK},
    {"hwpoison", UNMAP_HWPOISON},
}};

inline constexpr std::array<Flag, 3> kEvents = {{
    {"reference", EVENT_REFERENCE},
    {"swap-duplicate-fails", EVENT_SWAP_DUPLICATE},
    {"arch-unmap-fails", EVENT_ARCH_UNMAP},
}};

inline constexpr std::array<Flag, 4> kActions = {{
    {"reads", STEP_READ},
    {"writes", STEP_WRITE},
    {"forks", STEP_FORK},
    {"unregisters", STEP_UNREGISTER},
}};
// Steps that name no process; "not migrated" is two words.
inline constexpr std::string_view kNot = "not";
inline constexpr std::array<Flag, 2> kWholeSteps = {{
    {"swapoff", STEP_SWAPOFF},
    {"migrated", STEP_MIGRATED},
}};

// An entry: 'w' or 'r', then these letters, a dot for each that is missing.
struct Letter {
  char name;
  unsigned bit;
  std::string_view meaning;
};
inline constexpr std::array<Letter, 7> kLetters = {{
    {'E', ENTRY_EXCLUSIVE, "exclusive"},
    {'D', ENTRY_DIRTY, "dirty"},
    {'Y', ENTRY_YOUNG, "young"},
    {'S', ENTRY_SOFT_DIRTY, "soft-dirty"},
    {'U', ENTRY_UFFD_WP, "uffd-wp"},
    {'N', ENTRY_PROTNONE, "protnone"},
    {'X', ENTRY_UNUSED, "unused"},
}};
// In swap form: a name, a colon, 'w' or 'r' if it has a permission, and these letters.
struct SwapForm {
  std::string_view name;
  unsigned bit;
  bool access;
  unsigned letters;
};
inline constexpr unsigned kSwapLetters = ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP;
inline constexpr std::array<SwapForm, 3> kSwapForms = {{
    {"swap", ENTRY_SWAP, false, kSwapLetters},
    {"devexcl", ENTRY_DEVICE_EXCLUSIVE, true, kSwapLetters},
    {"devpriv", ENTRY_DEVICE_PRIVATE, true, kSwapLetters},
}};
inline constexpr std::array<Flag, 4> kHoles = {{
    {"-", 0},
    {"other", ENTRY_OTHER},
    {"swapped", ENTRY_SWAPPED},
    {"marker", ENTRY_MARKER},
}};

inline constexpr std::string_view kGood = "good", kMutant = "mutant", kTree = "tree";

}  // namespace ptecheck::text_detail

#endif
