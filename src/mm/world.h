// SPDX-License-Identifier: GPL-2.0-only
//
// The modelled system: one folio, the processes that map it, their page tables and VMAs, and what
// the kernel counts. Plain data in fixed arrays; what happens to it is in the other files.
//
// Addresses are slots: slot i is the i-th entry of a process's page tables, which lie one behind
// the other in memory, so that whoever reads past the end of the first finds the second. The
// folio's page i is at slot first + i, in every process.
#ifndef PTECHECK_MM_WORLD_H
#define PTECHECK_MM_WORLD_H

#include <algorithm>
#include <array>
#include <cstdint>

#include "pte/format.h"
#include "pte/page_table.h"
#include "pte/swap_entries.h"
#include "scenario/flat.h"

namespace ptecheck {

inline constexpr unsigned kSlots = TABLES * TABLE_SLOTS;
inline constexpr int kPinBias =
    1024;  // GUP_PIN_COUNTING_BIAS: what a pin adds to a small folio's count

struct Vma {
  unsigned flags = 0;           // VMA_*
  unsigned start = 0, end = 0;  // slots [start, end)

  bool has(unsigned flag) const { return (flags & flag) != 0; }
};

template <EntryFormat F>
struct Mm {
  Mm() { pte.fill(F::none()); }

  std::array<typename F::Word, kSlots> pte;
  std::array<Vma, 2> vma{};  // where there is only one, the second begins behind all slots
  unsigned vmas = 0;
  std::array<int, RSS_KINDS> rss{};  // change
  unsigned tlb_flush_batched = 0;    // deferred flushes ("pending" in the kernel)

  const Vma& vmaOf(unsigned slot) const { return vma[slot >= vma[1].start ? 1 : 0]; }
};

// struct page, as far as rmap and swap count on it. With its padding it is as long as a word: a
// page is copied by one load and one store.
struct alignas(8) Page {
  short mapcount = 0;    // entries that map it
  short swap_count = 0;  // change by the operation; afterwards, the swap entries that stand for it
  // PAGE_EXCLUSIVE_*: PageAnonExclusive before the operation and, in both other bits, now.
  unsigned short flags = 0;
  unsigned short padding = 0;

  static constexpr unsigned kNow = PAGE_EXCLUSIVE_AFTER | PAGE_EXCLUSIVE_END;
  static constexpr unsigned kBuiltExclusive = PAGE_EXCLUSIVE_BEFORE | kNow;
  bool exclusive() const { return (flags & PAGE_EXCLUSIVE_AFTER) != 0; }
  void setExclusive() { flags = static_cast<unsigned short>(flags | kNow); }
  void clearExclusive() { flags = static_cast<unsigned short>(flags & ~kNow); }
};

struct Folio {
  unsigned pages = 0;
  unsigned pfn = FOLIO_PFN;  // of its page 0: migration changes it
  unsigned flags = 0;        // FOLIO_*
  int refcount = 0;  // isolation 1, each mapping 1, swap cache 1 a page, other references, pins
  int mapcount = 0;
  unsigned pincount = 0;  // _pincount; counted for large folios alone

  bool has(unsigned flag) const { return (flags & flag) != 0; }
  bool anonymous() const { return !has(FOLIO_FILE); }
  // folio_test_swapcache(): the flag counts together with swap backing alone (page-flags.h, 6.12).
  bool swapcache() const { return has(FOLIO_SWAPCACHE) && has(FOLIO_SWAPBACKED); }
  // As the kernel's tests would report them.
  unsigned short visibleFlags() const {
    return static_cast<unsigned short>(swapcache() ? flags : flags & ~unsigned{FOLIO_SWAPCACHE});
  }
  bool large() const { return pages > 1; }
  bool maybeDmaPinned() const { return large() ? pincount > 0 : refcount >= kPinBias; }
  // Are `nr` page frames from `pfn` on all this folio's? All other folios are of one page.
  bool inOneFolio(std::uint64_t first, unsigned nr) const {
    return first - pfn < pages && first - pfn + nr <= pages;
  }
  // mm_counter(): where its pages count.
  unsigned rssKind() const {
    if (!has(FOLIO_FILE)) return RSS_ANON;
    return has(FOLIO_SWAPBACKED) ? RSS_SHMEM : RSS_FILE;
  }
};

// current->tlb_ubc, and what was flushed at once.
struct TlbBatch : TlbFlushes {
  bool flush_required = false;
  bool writable = false;
};

template <EntryFormat F>
struct World {
  using Word = typename F::Word;

  Folio folio;
  // The folio's pages, between one page of its neighbour on each side: a batch that runs too far
  // counts there.
  std::array<Page, MAX_PAGES + 2> page_storage{};
  std::array<Mm<F>, MAX_PROCESSES> mm{};
  unsigned processes = 0;
  unsigned first = 0;  // slot of the folio's page 0
  TlbBatch tlb;
  unsigned ttu = 0;  // UNMAP_*
  bool remote_cpu = false;
  unsigned pmd_mapped = 0;  // processes (a bit each) whose huge mapping is not split yet

  unsigned event = EVENT_NONE, event_at = 0, event_chances = 0;
  bool event_fired = false;

  unsigned batches = 0, batched_entries = 0;
  unsigned outside = 0;  // entries touched outside folio, VMA or page table
  unsigned warnings = 0;

  Page& page(unsigned i) { return page_storage[i + 1]; }  // i == pages: the neighbour's
  const Page& page(unsigned i) const { return page_storage[i + 1]; }
  // The folio's page that a present entry maps; >= folio.pages if it is no page of this folio.
  unsigned pageOf(Word pte) const {
    const Word page = F::pte_pfn(pte) - Word(folio.pfn);
    return page < Word(folio.pages) ? static_cast<unsigned>(page) : ~0U;
  }
  // The folio's page that a swap entry stands for; >= folio.pages if it is no page of this folio.
  unsigned swapPageOf(Word swp) const {
    const Word page = F::swp_offset(swp) - Word(SWAP_OFFSET);
    return page < Word(folio.pages) ? static_cast<unsigned>(page) : ~0U;
  }
  // The same, of an entry in swap form whose offset is a page frame.
  unsigned pfnSwapPageOf(Word swp) const {
    const Word page = swapEntries<F>().swp_offset_pfn(swp) - Word(folio.pfn);
    return page < Word(folio.pages) ? static_cast<unsigned>(page) : ~0U;
  }

  PageTable<F, Folio> table(Mm<F>& of) { return {of.pte.data(), folio, tlb}; }

  // How many entries from `slot` on are inside folio, VMA and page table: what a batch may touch.
  unsigned within(const Vma& vma, unsigned slot) const {
    return std::min(
        {first + folio.pages - slot, vma.end - slot, F::kTableSlots - slot % F::kTableSlots});
  }

  // Leaves the swap cache, if no swap entry needs it.
  void folio_free_swap() {
    if (!folio.swapcache()) return;
    for (unsigned i = 0; i < folio.pages; ++i)
      if (page(i).swap_count > 0) return;
    folio.flags = (folio.flags & ~unsigned{FOLIO_SWAPCACHE}) | FOLIO_DIRTY;
    folio.refcount -= static_cast<int>(folio.pages);
  }

  // The chance of another CPU, or of a failing call, to do what the scenario wants done.
  bool eventFires(unsigned kind) {
    if (event != kind || ++event_chances != event_at) return false;
    event_fired = true;
    return true;
  }
};

}  // namespace ptecheck

#endif
