// SPDX-License-Identifier: GPL-2.0-only
//
// The modelled machine: a Scenario and a Policy in, an Outcome out. One machine serves any number
// of scenarios, one after the other, and allocates nothing; threads need one each (about 160 KB).
// The outcome depends on scenario and policy alone.
#ifndef PTECHECK_MM_MACHINE_H
#define PTECHECK_MM_MACHINE_H

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "mm/build.h"
#include "mm/fault.h"
#include "mm/fork.h"
#include "mm/frames.h"
#include "mm/policy.h"
#include "mm/remove_migration.h"
#include "mm/swapoff.h"
#include "mm/unmap.h"
#include "mm/unmap_all.h"
#include "mm/userfaultfd.h"
#include "mm/world.h"
#include "pte/format.h"
#include "scenario/flat.h"

namespace ptecheck {

template <EntryFormat F>
class Machine {
 public:
  // `scenario`: numbers must be within the bounds of flat.h. Of `out`, everything is written that
  // belongs to a record of this size, including the entries of processes that steps fork.
  void run(const Scenario& scenario, const Policy& policy, Outcome& out) {
    run(scenario, policy, out, false);
  }
  // With the code for all cases, even where there is faster one.
  void runSlowly(const Scenario& scenario, const Policy& policy, Outcome& out) {
    run(scenario, policy, out, true);
  }
  // The same; whenever the operation has done something, `out` is brought up to date (but for
  // Outcome.entry[].end and what comes of steps) and `watch` is called.
  void runWatched(const Scenario& scenario, const Policy& policy, Outcome& out,
                  const Watch& watch) {
    watch_ = &watch;
    run(scenario, policy, out, true);
    watch_ = nullptr;
  }

 private:
  using Word = typename F::Word;

  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  // Does the scenario that has just been built ask for nothing but what unmap.h is made for?
  bool isPlain(const Scenario& s) const {
    static_assert(OPERATION_TRY_TO_UNMAP == 0);
    constexpr unsigned kRareFolios = FOLIO_FILE | FOLIO_HWPOISON | FOLIO_DEVICE_PRIVATE;
    constexpr unsigned kRareVmas = VMA_FILE | VMA_SHARED;
    const unsigned rare = s.operation | s.pmd_mapped | (s.folio_flags & kRareFolios) |
                          (s.ttu & UNMAP_HWPOISON) | (building_.vmaFlagsMet() & kRareVmas) |
                          (building_.entriesMet() & kRareEntries);
    return rare == 0 && s.event != EVENT_ARCH_UNMAP;
  }

  void run(const Scenario& scenario, const Policy& policy, Outcome& out, bool all_cases) {
    clearHeader(out);
    if (scenario.operation > OPERATION_TRY_TO_MIGRATE) {
      unsupported(out, "UNSUPPORTED the model knows no such operation");
      return;
    }
    building_.build(scenario, w_, out);
    all_cases = all_cases || !isPlain(scenario);
    if (all_cases && lacks(scenario)) {
      unsupported(out, "UNSUPPORTED this architecture has no entries of that kind");
      return;
    }
    out.refcount_before = w_.folio.refcount;
    out.mapcount_before = w_.folio.mapcount;
    out.folio_flags_before = w_.folio.visibleFlags();
    if (!all_cases && isFast(policy)) {
      unmap(policy);
    } else {
      watch_ == nullptr ? unmapAll(scenario, policy, nullptr) : unmapWatched(scenario, policy, out);
    }
    collect(out);
    if (all_cases) lookAgain(policy, out);
    if (scenario.steps != 0) runSteps(scenario, policy, out);
  }

  // Kinds of entries that are there, or may be left behind, and that the format cannot express.
  [[gnu::noinline]] static bool lacks(const Scenario& s) {
    const SwapTypes& types = kEntries.types();
    const auto has = [&](SwapKind kind) { return types.typeOf(kind) < SwapTypes::kTypes; };
    unsigned bits = 0;
    for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i) bits |= s.entry[i];
    return (!has(SwapKind::kHwpoison) && (s.folio_flags & FOLIO_HWPOISON)) ||
           (!has(SwapKind::kDevicePrivateRead) &&
            ((s.folio_flags & FOLIO_DEVICE_PRIVATE) ||
             (bits & (ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE)))) ||
           (!F::kHasUnused && (bits & ENTRY_UNUSED));
  }

  // Can unmap.h do it?
  bool isFast(const Policy& policy) const {
    if (w_.folio.has(FOLIO_SWAPBACKED)) return !policy.batches(Case::kSwapBacked);
    return !policy.batches(Case::kLazyfree) || isKernels(policy.of(Case::kLazyfree));
  }

  // Only large lazyfree folios are batched; the rest goes without the code for it.
  void unmap(const Policy& policy) {
    const bool batching =
        policy.batches(Case::kLazyfree) && w_.folio.large() && !w_.folio.has(FOLIO_SWAPBACKED);
    if (policy.mutant != Mutant::kNone) {
      batching ? Unmap<F, true, true>(w_, policy).try_to_unmap()
               : Unmap<F, false, true>(w_, policy).try_to_unmap();
    } else {
      batching ? Unmap<F, true, false>(w_, policy).try_to_unmap()
               : Unmap<F, false, false>(w_, policy).try_to_unmap();
    }
  }

  // Apart, so that the fast code stays in one piece; likewise below.
  [[gnu::noinline]] void unmapAll(const Scenario& scenario, const Policy& policy,
                                  const Watch* watch) {
    UnmapAll<F> all(w_, policy, watch);
    scenario.operation == OPERATION_TRY_TO_MIGRATE ? all.try_to_migrate() : all.try_to_unmap();
  }

  [[gnu::noinline]] void unmapWatched(const Scenario& scenario, const Policy& policy,
                                      Outcome& out) {
    const Watch watch = [&](const Moment& moment) {
      collect(out);
      (*watch_)(moment);
    };
    unmapAll(scenario, policy, &watch);
  }

  // In pieces that compile to plain stores: for the whole, compilers like `rep stos`, which takes
  // longer to start than to run here. (A loop over the pieces costs another 22 instructions.) Of
  // the message, which hardly an outcome has, what an earlier run has left.
  static void clearHeader(Outcome& out) {
    if (out.message[0] != 0) [[unlikely]]
      std::memset(out.message, 0, sizeof out.message);
    clearPieces(reinterpret_cast<char*>(&out), std::make_index_sequence<kHeader / kPiece>{});
  }
  static constexpr std::size_t kHeader = offsetof(Outcome, message), kPiece = 64;
  template <std::size_t... i>
  static void clearPieces(char* bytes, std::index_sequence<i...>) {
    (std::memset(bytes + i * kPiece, 0, kPiece), ...);
    std::memset(bytes + kHeader / kPiece * kPiece, 0, kHeader % kPiece);
  }

  static void unsupported(Outcome& out, const char* why) {
    out.status = STATUS_UNSUPPORTED;
    std::strncpy(out.message, why, sizeof out.message - 1);
  }

  // In line although it is called in two places, as the plain path is one of them.
  [[gnu::always_inline]] void collect(Outcome& out) {
    out.event_fired = w_.event_fired;
    out.unmapped = w_.folio.mapcount == 0;
    out.outside = static_cast<unsigned char>(std::min(w_.outside, 255U));
    out.folio_flags = w_.folio.visibleFlags();
    out.processes = static_cast<unsigned short>(w_.processes);
    out.warnings = static_cast<unsigned short>(w_.warnings);
    if (w_.warnings != 0) std::strcpy(out.message, "WARN swapbacked != swapcache");
    out.refcount = w_.folio.refcount;
    out.mapcount = out.mapcount_end = w_.folio.mapcount;
    out.flushes = w_.tlb.flushes;
    out.flushed_pages = w_.tlb.flushed_pages;
    out.flush_pending = w_.tlb.flush_required;
    out.flush_pending_writable = w_.tlb.writable;
    out.batches = static_cast<unsigned short>(w_.batches);
    out.batched_entries = w_.batched_entries;
    for (unsigned p = 0; p < w_.processes; ++p) collectProcess(p, out);
  }

  void collectProcess(unsigned p, Outcome& out) {
    const Mm<F>& mm = w_.mm[p];
    std::copy(mm.rss.begin(), mm.rss.end(), out.rss[p]);
    std::copy(mm.rss.begin(), mm.rss.end(), out.rss_end[p]);
    out.flush_batched[p] = mm.tlb_flush_batched;
    const unsigned pages = w_.folio.pages;
    const Word* ptep = &mm.pte[w_.first];
    const Page* page = &w_.page(0);
    out.neighbour_after[p][0] = w_.first == 0 ? F::none() : ptep[-1];
    out.neighbour_after[p][1] = ptep[pages];
    EntryResult* result = out.entry + p * pages;
    for (unsigned i = 0; i < pages; ++i) {
      const Word pte = ptep[i];
      result[i].after = result[i].end = pte;
      setRest(result[i], original(pte, pages), page[i]);
    }
  }

  // The last word of a record, by one store instead of four: with the shorter clearHeader() 6 %
  // more scenarios a second.
  static void setRest(EntryResult& result, Token seen, Page page) {
    if constexpr (std::endian::native == std::endian::little) {
      static_assert(sizeof(EntryResult) == offsetof(EntryResult, seen) + 8);
      static_assert(offsetof(EntryResult, page_flags) == offsetof(EntryResult, seen) + 3);
      static_assert(offsetof(EntryResult, swap_count) == offsetof(EntryResult, seen) + 4);
      const std::uint64_t rest = seen | std::uint64_t{page.flags & 0xffU} << 24 |
                                 std::uint64_t{static_cast<std::uint32_t>(page.swap_count)} << 32;
      std::memcpy(reinterpret_cast<char*>(&result) + offsetof(EntryResult, seen), &rest,
                  sizeof rest);
    } else {
      result.seen = seen;
      result.faults = 0;
      result.page_flags = static_cast<unsigned char>(page.flags);
      result.swap_count = page.swap_count;
    }
  }

  // What processes read, once more, where an entry may be of any kind.
  [[gnu::noinline]] void lookAgain(const Policy& policy, Outcome& out) {
    frames_.reset(w_.folio.pages, w_.folio.pages);
    Fault<F> fault(w_, frames_, policy);
    for (unsigned p = 0; p < w_.processes; ++p)
      for (unsigned i = 0; i < w_.folio.pages; ++i)
        out.entry[p * w_.folio.pages + i].seen = fault.peek(w_.mm[p], i);
  }

  // What a load returns as long as nobody has written.
  static Token original(Word pte, unsigned pages) {
    if (F::pte_none(pte)) return SEEN_ZERO;
    if (F::pte_present(pte)) return originalOfPfn(F::pte_pfn(pte), pages);
    return originalOfSwap(F::swp_offset(pte), pages);
  }

  // The operation is over: the folio is back on its list and unlocked (a migrating one a little
  // early: nobody looks). Now the processes go on.
  void runSteps(const Scenario& scenario, const Policy& policy, Outcome& out) {
    const unsigned pages = w_.folio.pages;
    --w_.folio.refcount;
    w_.folio.flags &= ~unsigned{FOLIO_LOCKED};
    const bool others = (building_.entriesMet() & ENTRY_OTHER) != 0;
    frames_.reset(pages, others ? pages : 0);
    if (others) countOtherFrames();
    if (building_.entriesMet() & ENTRY_SWAP) countSwapEntries(scenario);
    Fault<F> fault(w_, frames_, policy);
    for (unsigned s = 0; s < scenario.steps; ++s) {
      const Step& step = scenario.step[s];
      if (step.process >= w_.processes || (step.page >= pages && step.page != ALL_PAGES))
        return unsupported(out, "UNSUPPORTED a step names a process or page that does not exist");
      if (step.action == STEP_FORK) {
        if (w_.processes == MAX_PROCESSES)
          return unsupported(out, "UNSUPPORTED no room for another process");
        EntryResult* child = out.entry + w_.processes * pages;
        std::fill(child, child + pages, EntryResult{});
        Fork<F>(w_, frames_, policy).copy_mm(step.process);
        continue;
      }
      if (step.action == STEP_SWAPOFF) {
        Swapoff<F>(w_, policy).try_to_unuse();
        continue;
      }
      if (step.action == STEP_UNREGISTER) {
        Userfaultfd<F>(w_, frames_, policy).userfaultfd_unregister(w_.mm[step.process]);
        continue;
      }
      if (step.action == STEP_MIGRATED || step.action == STEP_NOT_MIGRATED) {
        endMigration(step.action == STEP_MIGRATED, policy);
        continue;
      }
      const unsigned from = step.page == ALL_PAGES ? 0 : step.page;
      const unsigned to = step.page == ALL_PAGES ? pages : step.page + 1U;
      EntryResult* result = out.entry + step.process * pages;
      for (unsigned i = from; i < to; ++i) {
        const unsigned more = fault.access(step.process, i, step.action == STEP_WRITE);
        if (more == 0) continue;
        result[i].faults = static_cast<unsigned char>(std::min(result[i].faults + more, 255U));
        if (fault.stuck()) return unsupported(out, fault.stuck());
      }
    }
    out.steps_done = scenario.steps;
    collectEnd(fault, out);
  }

  // Present entries of other folios map frames that nobody has counted yet.
  [[gnu::noinline]] void countOtherFrames() {
    for (unsigned p = 0; p < w_.processes; ++p)
      for (unsigned i = 0; i < w_.folio.pages; ++i) {
        const Word pte = w_.mm[p].pte[w_.first + i];
        if (!F::pte_present(pte) || w_.pageOf(pte) < w_.folio.pages) continue;
        if (Frame* frame = frames_.frame(F::pte_pfn(pte))) ++frame->references;
      }
  }

  // Swap entries of the folio that were there before the operation, which counted its own.
  [[gnu::noinline]] void countSwapEntries(const Scenario& s) {
    for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
      if (s.entry[i] & ENTRY_SWAP) ++w_.page(i % s.pages).swap_count;
  }

  [[gnu::noinline]] void endMigration(bool moved, const Policy& policy) {
    RemoveMigration<F>(w_, frames_, policy).remove_migration_ptes(moved);
  }

  void collectEnd(Fault<F>& fault, Outcome& out) {
    const unsigned pages = w_.folio.pages;
    out.processes = static_cast<unsigned short>(w_.processes);
    out.mapcount_end = w_.folio.mapcount;
    if (w_.warnings != out.warnings) {
      if (out.warnings == 0) std::strcpy(out.message, "WARN an exclusive page is mapped twice");
      out.warnings = static_cast<unsigned short>(w_.warnings);
    }
    out.batches = static_cast<unsigned short>(w_.batches);  // with those of a migration's end
    out.batched_entries = w_.batched_entries;
    for (unsigned p = 0; p < w_.processes; ++p) {
      const Mm<F>& mm = w_.mm[p];
      std::copy(mm.rss.begin(), mm.rss.end(), out.rss_end[p]);
      const Word* ptep = &mm.pte[w_.first];
      const Page* page = &w_.page(0);
      EntryResult* result = out.entry + p * pages;
      for (unsigned i = 0; i < pages; ++i) {
        result[i].end = ptep[i];
        result[i].seen = fault.peek(mm, i);
        const unsigned now = page[i].flags & PAGE_EXCLUSIVE_END;
        result[i].page_flags =
            static_cast<unsigned char>((result[i].page_flags & ~PAGE_EXCLUSIVE_END) | now);
      }
    }
  }

  World<F> w_;
  Building<F> building_;
  Frames frames_;
  const Watch* watch_ = nullptr;
};

}  // namespace ptecheck

#endif
