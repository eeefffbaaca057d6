// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas about entries in swap form that are no swap entries (pte/swap_entries.h): what the kernel
// puts in place of a page that migrates, is in device memory, or broken; and markers.
//
//   kind/...         which kind an entry is of is told by its type
//   page-entry/...   what stands for a page gives back its page frame and software bits
//   migration/...    ... and of a migrating page young and dirty, which are offset bits
//   marker/...       a marker is empty, but gives back what it remembers
//   stored/...       set_pte() leaves entries in swap form as they are
#ifndef PTECHECK_PROVE_LEMMAS_MIGRATION_H
#define PTECHECK_PROVE_LEMMAS_MIGRATION_H

#include <initializer_list>
#include <string>
#include <vector>

#include "prove/lemmas_swap.h"
#include "pte/fallbacks.h"
#include "pte/swap_entries.h"

namespace ptecheck {

// One of these types.
template <class H>
typename H::Bool isOneOf(const H& h, const typename H::Word& type,
                         std::initializer_list<SwapKind> kinds) {
  using Word = typename H::Word;
  const SwapTypes types(h.swap_config());
  typename H::Bool is = Truth<Word>::never();
  for (SwapKind kind : kinds)
    if (types.typeOf(kind) < SwapTypes::kTypes)
      is = is || type == Word(std::uint64_t{types.typeOf(kind)});
  return is;
}

// Words: type, offset, software bits; as in lemmas_swap.h.
template <class H>
struct KindLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static SwapEntries<H> entries(const H& h) { return SwapEntries<H>(h, h.swap_config()); }
  static Bool migration(const H& h, const Word* w) {
    const Word pte = SwapEntry<H>::make(h, w);
    return agree(entries(h).is_migration_entry(pte), isMigration(h, w[0])) &&
           implies(isMigration(h, w[0]), entries(h).is_pfn_swap_entry(pte));
  }
  static Bool devicePrivate(const H& h, const Word* w) {
    const Word pte = SwapEntry<H>::make(h, w);
    const Bool is = isOneOf(h, w[0], {SwapKind::kDevicePrivateWrite, SwapKind::kDevicePrivateRead});
    return agree(entries(h).is_device_private_entry(pte), is);
  }
  static Bool deviceExclusive(const H& h, const Word* w) {
    const Word pte = SwapEntry<H>::make(h, w);
    const Bool is =
        isOneOf(h, w[0], {SwapKind::kDeviceExclusiveWrite, SwapKind::kDeviceExclusiveRead});
    return agree(entries(h).is_device_exclusive_entry(pte), is);
  }
  static Bool swapFile(const H& h, const Word* w) {
    const Word pte = SwapEntry<H>::make(h, w);
    const SwapTypes types(h.swap_config());
    Bool is = Truth<Word>::never();
    for (std::uint64_t type = 0; type < types.swap_files; ++type) is = is || w[0] == Word(type);
    return agree(!entries(h).is_pfn_swap_entry(pte) && !entries(h).is_pte_marker(pte), is);
  }

  static Bool isMigration(const H& h, const Word& type) {
    return isOneOf(
        h, type,
        {SwapKind::kMigrationRead, SwapKind::kMigrationReadExclusive, SwapKind::kMigrationWrite});
  }
  static bool withDevices(const H& h) { return h.swap_config().device_private; }
};

// Words: type, page frame, software bits; of a migrating page, young and dirty besides.
template <class H>
struct PageEntryLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;
  using Kind = KindLemmas<H>;
  static constexpr std::uint64_t kYoung = 8, kDirty = 16;

  static Bool premise(const H& h, const Word* w) {
    const Bool other =
        isOneOf(h, w[0],
                {SwapKind::kHwpoison, SwapKind::kDevicePrivateWrite, SwapKind::kDevicePrivateRead,
                 SwapKind::kDeviceExclusiveWrite, SwapKind::kDeviceExclusiveRead});
    const std::uint64_t frames = (std::uint64_t{1} << h.swap_config().pfn_bits) - 1;
    return within(w[1], frames) &&
           ((Kind::isMigration(h, w[0]) && within(w[2], 31)) || (other && within(w[2], 7)));
  }
  static Bool ofMigration(const H& h, const Word* w) {
    return premise(h, w) && Kind::isMigration(h, w[0]);
  }

  static Bool chosen(const Word* w, std::uint64_t bit) { return SwapEntry<H>::chosen(w[2], bit); }
  static Word bare(const H& h, const Word* w) {
    const SwapEntries<H> entries = Kind::entries(h);
    const Word pte = h.swp_entry(w[0], w[1]);
    const Word young = select(chosen(w, kYoung), entries.make_migration_entry_young(pte), pte);
    return select(chosen(w, kDirty), entries.make_migration_entry_dirty(young), young);
  }
  static Word make(const H& h, const Word* w) {
    return SwapEntry<H>::withSoftwareBits(h, bare(h, w), w[2]);
  }

  static Bool samePage(const H& h, const Word* w) {
    return Kind::entries(h).swp_offset_pfn(make(h, w)) == w[1];
  }
  static Bool sameType(const H& h, const Word* w) { return h.swp_type(make(h, w)) == w[0]; }
  static Bool isSwapForm(const H& h, const Word* w) {
    const Word pte = make(h, w);
    return !h.pte_present(pte) && !h.pte_none(pte) && !h.hw_reads(pte);
  }
  template <class R>
  static Bool remembers(const H& h, const Word* w) {
    return agree(R::of(h, make(h, w)), chosen(w, R::kChoice));
  }
  static Bool cleared(const H& h, const Word* w) {
    return Kind::entries(h).pte_swp_clear_flags(make(h, w)) == bare(h, w);
  }
  static Bool young(const H& h, const Word* w) {
    return agree(Kind::entries(h).is_migration_entry_young(make(h, w)), chosen(w, kYoung));
  }
  static Bool dirty(const H& h, const Word* w) {
    return agree(Kind::entries(h).is_migration_entry_dirty(make(h, w)), chosen(w, kDirty));
  }
  // make_readable_migration_entry(swp_offset(entry)): mprotect and fork take write away so.
  static Bool sameAsRead(const H& h, const Word* w) {
    const SwapEntries<H> entries = Kind::entries(h);
    const Word read = entries.make(SwapKind::kMigrationRead, h.swp_offset(make(h, w)));
    return entries.swp_offset_pfn(read) == w[1] && entries.is(read, SwapKind::kMigrationRead) &&
           agree(entries.is_migration_entry_young(read), chosen(w, kYoung)) &&
           agree(entries.is_migration_entry_dirty(read), chosen(w, kDirty));
  }
  static Bool stored(const H& h, const Word* w) { return h.stored(make(h, w)) == make(h, w); }
};

// Words: what is remembered (PTE_MARKER_...), software bits.
template <class H>
struct MarkerLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;
  using Kind = KindLemmas<H>;

  static Bool premise(const H&, const Word* w) {
    return within(w[0], 3) && w[0] != Word(std::uint64_t{0}) && within(w[1], 7);
  }
  static Word make(const H& h, const Word* w) {
    return SwapEntry<H>::withSoftwareBits(h, Kind::entries(h).make_pte_marker(w[0]), w[1]);
  }
  static Bool same(const H& h, const Word* w) {
    const Word pte = make(h, w);
    return Kind::entries(h).is_pte_marker(pte) && Kind::entries(h).pte_marker_get(pte) == w[0];
  }
  static Bool isEmpty(const H& h, const Word* w) {
    const Word pte = make(h, w);
    return !h.pte_none(pte) && !h.pte_present(pte) && Kind::entries(h).pte_none_mostly(pte);
  }
};

template <class H, class R>
void addPageEntryRemembers(std::vector<Lemma<H>>* all) {
  all->push_back({std::string("page-entry/") + R::kName,
                  std::string("an entry for a page is ") + R::kName + " exactly if it was made so",
                  R::kIfWrong, Severity::kBroken, 3, 0, R::template exists<H>,
                  PageEntryLemmas<H>::premise, PageEntryLemmas<H>::template remembers<R>,
                  PageEntryLemmas<H>::make});
}

template <class H>
void addMigrationLemmas(std::vector<Lemma<H>>* all) {
  using Kind = KindLemmas<H>;
  using Page = PageEntryLemmas<H>;
  using Marker = MarkerLemmas<H>;
  constexpr Severity kBroken = Severity::kBroken, kCost = Severity::kCost;
  const char* other_page = "another page is mapped: contents of others are read and written";
  const char* other_kind = "a place in a swap file is taken for a page frame, or the reverse";
  all->push_back({"kind/swap-file", "entries of swap files are of no other kind, and no other is",
                  other_kind, kBroken, 3, 0, everywhere<H>, SwapEntry<H>::premise, Kind::swapFile,
                  SwapEntry<H>::make});
  all->push_back({"kind/migration", "entries of migrating pages are told by their types",
                  other_kind, kBroken, 3, 0, everywhere<H>, SwapEntry<H>::premise, Kind::migration,
                  SwapEntry<H>::make});
  all->push_back({"kind/device-private",
                  "entries of pages in device memory are told by their types", other_kind, kBroken,
                  3, 0, Kind::withDevices, SwapEntry<H>::premise, Kind::devicePrivate,
                  SwapEntry<H>::make});
  all->push_back({"kind/device-exclusive",
                  "entries of pages that a device has to itself are told by their types",
                  other_kind, kBroken, 3, 0, Kind::withDevices, SwapEntry<H>::premise,
                  Kind::deviceExclusive, SwapEntry<H>::make});
  all->push_back({"page-entry/pfn", "an entry for a page gives back its page frame", other_page,
                  kBroken, 3, 0, everywhere<H>, Page::premise, Page::samePage, Page::make});
  all->push_back({"page-entry/type", "an entry for a page gives back its type", other_kind, kBroken,
                  3, 0, everywhere<H>, Page::premise, Page::sameType, Page::make});
  all->push_back({"page-entry/form", "an entry for a page is neither present nor empty",
                  "a moving page is used, or lost", kBroken, 3, 0, everywhere<H>, Page::premise,
                  Page::isSwapForm, Page::make});
  all->push_back({"page-entry/cleared",
                  "without its software bits an entry for a page is what it was made as",
                  "the entry is not found again: loops without end", kBroken, 3, 0, everywhere<H>,
                  Page::premise, Page::cleared, Page::make});
  addPageEntryRemembers<H, RememberSoftDirty>(all);
  addPageEntryRemembers<H, RememberUffdWp>(all);
  addPageEntryRemembers<H, RememberExclusive>(all);
  all->push_back({"migration/young", "a migrating page's entry is young exactly if it was made so",
                  "a page leaves memory earlier, or later", kCost, 3, 0, everywhere<H>,
                  Page::ofMigration, Page::young, Page::make});
  all->push_back({"migration/dirty", "a migrating page's entry is dirty exactly if it was made so",
                  "a page is written once more than necessary", kCost, 3, 0, everywhere<H>,
                  Page::ofMigration, Page::dirty, Page::make});
  all->push_back({"migration/read-instead",
                  "a migrating page's entry that becomes a read-only one keeps page frame, young, "
                  "dirty",
                  other_page, kBroken, 3, 0, everywhere<H>, Page::ofMigration, Page::sameAsRead,
                  Page::make});
  all->push_back({"marker/same", "a marker gives back what it remembers",
                  "a write goes by unseen, or poison is lost", kBroken, 2, 0, everywhere<H>,
                  Marker::premise, Marker::same, Marker::make});
  all->push_back({"marker/empty", "a marker counts as empty, but is not none",
                  "a marker is lost, or taken for a page", kBroken, 2, 0, everywhere<H>,
                  Marker::premise, Marker::isEmpty, Marker::make});
  all->push_back({"stored/swap", "set_pte() stores a swap entry as it is",
                  "another page is swapped in: contents of others are read", kBroken, 3, 0,
                  everywhere<H>, SwapEntry<H>::premise, SwapEntry<H>::storedAsIs,
                  SwapEntry<H>::make});
  all->push_back({"stored/page-entry", "set_pte() stores an entry for a page as it is", other_page,
                  kBroken, 3, 0, everywhere<H>, Page::premise, Page::stored, Page::make});
}

}  // namespace ptecheck

#endif
