// SPDX-License-Identifier: GPL-2.0-only
//
// A raw entry, read: what the judge of everything but plain reclaim (cases.h) needs to know of it,
// free of any format. That judge sees many forms of entries but is not on the hottest path, so it
// is compiled once, and not once a format as inspect.h is.
#ifndef PTECHECK_SPEC_READING_H
#define PTECHECK_SPEC_READING_H

#include <cstdint>

#include "pte/swap_entries.h"
#include "scenario/flat.h"
#include "spec/identity.h"

namespace ptecheck::spec_detail {

enum class EntryForm : std::uint8_t {
  kNone,
  kPresent,
  kSwap,  // of a swap file
  kMigration,
  kDeviceExclusive,
  kDevicePrivate,
  kHwpoison,
  kMarker
};

struct Reading {
  EntryForm form = EntryForm::kNone;
  bool write = false;         // present; in the type of a migration or device entry
  bool shadow_stack = false;  // writable so
  bool dirty = false, young = false;
  bool soft_dirty = false, uffd_wp = false;
  // The marker of a swap entry; a migration entry that is writable or read-exclusive. (Of a present
  // entry the page knows.)
  bool exclusive = false;
  bool protnone = false, unused = false;
  std::uint64_t type = 0;      // of a swap entry
  std::uint64_t number = 0;    // page frame; of a swap entry its offset, of a marker its flags
  std::uint64_t identity = 0;  // of a present entry; see identity.h

  bool maps() const {
    return form == EntryForm::kPresent || form == EntryForm::kDeviceExclusive ||
           form == EntryForm::kDevicePrivate;
  }
  bool isSwapOf(unsigned page) const {
    return form == EntryForm::kSwap && type == SWAP_TYPE && number == SWAP_OFFSET + page;
  }
};

template <class F>
void readPresent(typename F::Word pte, Reading& r) {
  r.form = EntryForm::kPresent;
  r.write = F::pte_write(pte);
  r.shadow_stack = r.write && F::pte_shstk(pte);
  r.dirty = F::pte_dirty(pte);
  r.young = F::pte_young(pte);
  r.soft_dirty = F::pte_soft_dirty(pte);
  r.uffd_wp = F::pte_uffd_wp(pte);
  r.protnone = F::pte_protnone(pte);
  if constexpr (requires { F::pte_unused(pte); }) r.unused = F::pte_unused(pte);
  r.number = F::pte_pfn(pte);
  r.identity = identity<F>(pte);
}

template <class F>
void readSwapForm(typename F::Word pte, Reading& r) {
  const SwapEntries<F> entries = swapEntries<F>();
  r.type = F::swp_type(pte);
  r.soft_dirty = F::pte_swp_soft_dirty(pte);
  r.uffd_wp = F::pte_swp_uffd_wp(pte);
  const SwapKind kind = entries.types().kindOf(static_cast<unsigned>(r.type));
  if (kind == SwapKind::kSwapFile) {
    r.form = EntryForm::kSwap;
    r.exclusive = F::pte_swp_exclusive(pte);
    r.number = F::swp_offset(pte);
    return;
  }
  if (kind == SwapKind::kMarker) {
    r.form = EntryForm::kMarker;
    r.number = entries.pte_marker_get(pte);
    r.uffd_wp = (r.number & SwapEntries<F>::kMarkerUffdWp) != 0;
    return;
  }
  r.number = entries.swp_offset_pfn(pte);
  r.write = kind == SwapKind::kMigrationWrite || kind == SwapKind::kDevicePrivateWrite ||
            kind == SwapKind::kDeviceExclusiveWrite;
  if (entries.is_migration_entry(pte)) {
    r.form = EntryForm::kMigration;
    r.exclusive = kind != SwapKind::kMigrationRead;
    r.young = entries.is_migration_entry_young(pte);
    r.dirty = entries.is_migration_entry_dirty(pte);
  } else if (kind == SwapKind::kHwpoison) {
    r.form = EntryForm::kHwpoison;
  } else {
    r.form = entries.is_device_private_entry(pte) ? EntryForm::kDevicePrivate
                                                  : EntryForm::kDeviceExclusive;
  }
}

template <class F>
Reading readEntry(unsigned long long raw) {
  const auto pte = static_cast<typename F::Word>(raw);
  Reading r;
  if (F::pte_none(pte)) return r;
  if (F::pte_present(pte))
    readPresent<F>(pte, r);
  else
    readSwapForm<F>(pte, r);
  return r;
}

// What is to be known of a format.
struct FormatFacts {
  Reading (*read)(unsigned long long raw);
  bool has_soft_dirty;
  bool mkdirty_sets_soft_dirty;
  bool migration_keeps_dirty;  // migration_entry_supports_ad()
  bool has_blocks;             // entries that hardware may take as one (blocks.h)
};
template <class F>
inline constexpr FormatFacts kFormatFacts = {
    readEntry<F>, F::kHasSoftDirty, F::kMkdirtySetsSoftDirty,
    swapEntries<F>().migration_entry_supports_ad(), (F::kContiguous > 1)};

}  // namespace ptecheck::spec_detail

#endif
