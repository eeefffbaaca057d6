// SPDX-License-Identifier: GPL-2.0-only
//
// Each demand is one `if`, with its source: a function of Linux 6.12 that asserts it or makes it
// so. A demand without a kernel source is one of the flat format's own ("format").
//
// Deliberately legal, though unusual: read-only entries of exclusive pages (mprotect, soft-dirty
// and userfaultfd write-protection make them); clean and writable ones (MADV_FREE); dirty entries,
// and a dirty flag, of lazyfree folios (a write or a GUP write after MADV_FREE); soft-dirty without
// dirty, and the other way round; mlocked VMAs without FOLIO_MLOCKED (a large folio that is partly
// mapped); userfaultfd on VM_DROPPABLE (vma_can_userfault() means to refuse it, but looks at the
// flags that are asked for, not at those of the VMA).
#include "scenario/legal.h"

#include <bit>
#include <cstddef>

namespace ptecheck {

namespace {

constexpr unsigned kEntryBits = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_DIRTY | ENTRY_YOUNG |
                                ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP | ENTRY_EXCLUSIVE | ENTRY_PROTNONE;
constexpr unsigned kFolioBits = FOLIO_SWAPBACKED | FOLIO_DIRTY | FOLIO_UPTODATE | FOLIO_SWAPCACHE |
                                FOLIO_LOCKED | FOLIO_MLOCKED;
constexpr unsigned kVmaBits =
    VMA_WRITE | VMA_LOCKED | VMA_DROPPABLE | VMA_UFFD_WP | VMA_SHADOW_STACK | VMA_SOFTDIRTY;
constexpr unsigned kTtuBits = UNMAP_BATCH_FLUSH | UNMAP_IGNORE_MLOCK;

std::string nameOf(unsigned process) { return std::string(1, static_cast<char>('A' + process)); }

unsigned vmaFlags(const Scenario& s, unsigned process, unsigned page) {
  return s.vma[process][s.split[process] != 0 && page >= s.split[process]].flags;
}

// The numbers, so that everything after it may index.
std::string checkNumbers(const Scenario& s) {
  if (s.pages < 1 || s.pages > MAX_PAGES ||
      !std::has_single_bit(unsigned{s.pages}))  // folio_order()
    return "a folio has 1, 2, 4, ... or 512 pages, not " + std::to_string(s.pages);
  if (s.processes < 1 || s.processes > MAX_PROCESSES)  // format
    return "1 to 4 processes map the folio, not " + std::to_string(s.processes);
  if (s.operation != OPERATION_TRY_TO_UNMAP)
    return "unknown operation " + std::to_string(s.operation);
  if (s.ttu & ~kTtuBits) return "unknown flag of the operation";
  if (s.remote_cpu > 1) return "remote_cpu is 0 or 1";
  if (s.folio_flags & ~kFolioBits) return "unknown folio flag";
  if (s.folded > 1) return "folded is 0 or 1";
  if (s.table_end > s.pages)  // format: else the folio does not reach the end
    return "the page table ends at page " + std::to_string(s.table_end) + ", behind the folio";
  if (s.event > EVENT_SWAP_DUPLICATE) return "unknown event " + std::to_string(s.event);
  if (s.event != EVENT_NONE && s.event_at == 0)
    return "an event needs a chance to happen at, from 1";
  if (s.event == EVENT_NONE && s.event_at != 0) return "a chance is given, but no event";
  for (unsigned process = 0; process < s.processes; ++process) {
    if (s.split[process] > s.pages) {  // format
      return nameOf(process) + ": the second VMA begins at page " +
             std::to_string(s.split[process]) + ", behind the folio";
    }
    for (const VmaSpec& vma : s.vma[process])
      if (vma.flags & ~kVmaBits) return nameOf(process) + ": unknown VMA flag";
  }
  return "";
}

std::string checkFolio(const Scenario& s) {
  // try_to_unmap(): the caller holds the folio lock (shrink_folio_list() does).
  if (!(s.folio_flags & FOLIO_LOCKED)) return "the folio must be locked: try_to_unmap() demands it";
  // do_anonymous_page() sets it before it maps; do_swap_page() refuses to map without.
  if (!(s.folio_flags & FOLIO_UPTODATE)) return "a mapped anonymous folio is up to date";
  // try_to_unmap_one() warns if the two differ: shrink_folio_list() calls add_to_swap() before it,
  // and lru_lazyfree() takes no folio that is in the swap cache.
  const bool swapbacked = (s.folio_flags & FOLIO_SWAPBACKED) != 0;
  if (swapbacked && !(s.folio_flags & FOLIO_SWAPCACHE)) {
    return "a swap-backed folio must be in the swap cache to be unmapped (try_to_unmap_one() "
           "warns)";
  }
  if (!swapbacked && (s.folio_flags & FOLIO_SWAPCACHE))
    return "a lazyfree folio is not in the swap cache (try_to_unmap_one() warns)";
  return "";
}

std::string checkVmas(const Scenario& s) {
  const unsigned first = s.vma[0][0].flags;
  for (unsigned process = 0; process < s.processes; ++process) {
    const bool two = s.split[process] != 0 && s.split[process] < s.pages;
    for (unsigned i = 0; i < (two ? 2U : 1U); ++i) {
      const unsigned flags = s.vma[process][i].flags;
      // A folio's VMAs descend from one: fork copies both flags, and nothing changes them later
      // (map_shadow_stack() and mmap(MAP_DROPPABLE) alone set them).
      if ((flags ^ first) & VMA_SHADOW_STACK)
        return nameOf(process) + ": all VMAs of a folio are shadow stacks, or none is";
      if ((flags ^ first) & VMA_DROPPABLE)
        return nameOf(process) + ": all VMAs of a folio are droppable, or none is";
    }
    for (unsigned i = 0; i < (s.split[process] != 0 ? 2U : 1U); ++i) {
      const unsigned flags = s.vma[process][i].flags;
      // vma_supports_mlock()
      if ((flags & VMA_DROPPABLE) && (flags & VMA_LOCKED))
        return nameOf(process) + ": a droppable VMA cannot be mlocked";
      // alloc_shstk() maps without MAP_DROPPABLE.
      if ((flags & VMA_DROPPABLE) && (flags & VMA_SHADOW_STACK))
        return nameOf(process) + ": a shadow stack is not droppable";
    }
  }
  if (!(first & VMA_DROPPABLE)) return "";
  // folio_add_new_anon_rmap(), and try_to_unmap_one(), which never makes one swap-backed
  if (s.folio_flags & FOLIO_SWAPBACKED) return "a folio in a droppable VMA is never swap-backed";
  // do_mmap(): VM_DROPPABLE comes with VM_WIPEONFORK, which madvise_vma_behavior() does not take
  // back.
  if (s.processes > 1)
    return "a droppable VMA is not inherited, so that one process alone maps its folio";
  return "";
}

std::string checkEntry(const Scenario& s, unsigned process, unsigned page) {
  const unsigned entry = s.entry[std::size_t{process} * s.pages + page];
  const std::string where = nameOf(process) + " page " + std::to_string(page) + ": ";
  if (!(entry & ENTRY_PRESENT)) {
    if (entry == 0 || entry == ENTRY_OTHER || entry == ENTRY_SWAPPED) return "";
    return where +
           "a hole is none, a foreign page or a foreign swap entry, without further bits";  // format
  }
  if (entry & ~kEntryBits) return where + "a present entry with unknown bits, or of a hole";
  const unsigned vma_flags = vmaFlags(s, process, page);
  if (entry & ENTRY_WRITE) {
    // maybe_mkwrite(), change_pte_range()
    if (!(vma_flags & VMA_WRITE)) return where + "writable, but its VMA is not";
    // try_to_migrate_one(), do_swap_page() and page_table_check_set()
    if (!(entry & ENTRY_EXCLUSIVE)) return where + "writable, but its page is not exclusive";
    // page_table_check_pte_flags(), pte_mkuffd_wp()
    if (entry & ENTRY_UFFD_WP) return where + "writable and write-protected by userfaultfd";
    // change_pte_range() uses PAGE_NONE, which has no write bit.
    if (entry & ENTRY_PROTNONE) return where + "writable and protnone";
    // pte_mkwrite_shstk(): write=0, dirty=1 *is* the permission.
    if ((vma_flags & VMA_SHADOW_STACK) && !(entry & ENTRY_DIRTY))
      return where + "a writable shadow-stack entry is always dirty";
  }
  // userfaultfd_clear_vma() takes the bits away with the flag.
  if ((entry & ENTRY_UFFD_WP) && !(vma_flags & VMA_UFFD_WP))
    return where + "write-protected by userfaultfd in a VMA that is not registered for it";
  if (entry & ENTRY_EXCLUSIVE) {
    for (unsigned other = 0; other < s.processes; ++other) {
      // folio_try_dup_anon_rmap_ptes() clears it when a second process maps the page.
      if (other != process && (s.entry[std::size_t{other} * s.pages + page] & ENTRY_PRESENT))
        return where + "exclusive, but " + nameOf(other) + " maps the page too";
    }
  }
  return "";
}

std::string checkSteps(const Scenario& s) {
  if (s.steps > MAX_STEPS)
    return "at most " + std::to_string(MAX_STEPS) + " steps can follow";  // format
  unsigned processes = s.processes;
  unsigned ancestor[MAX_PROCESSES] = {0, 1, 2, 3};  // whose VMAs a forked process has
  for (unsigned i = 0; i < s.steps; ++i) {
    const Step step = s.step[i];
    const std::string where = "step " + std::to_string(i + 1) + ": ";
    if (step.action > STEP_FORK) return where + "unknown action " + std::to_string(step.action);
    if (step.process >= processes)
      return where + "there is no process " + nameOf(step.process) + " yet";
    if (step.action == STEP_FORK) {
      if (processes == MAX_PROCESSES) return where + "no more than 4 processes";  // format
      ancestor[processes++] = ancestor[step.process];
      continue;
    }
    if (step.page != ALL_PAGES && step.page >= s.pages)
      return where + "the folio has no page " + std::to_string(step.page);
    if (step.action != STEP_WRITE) continue;
    for (unsigned page = 0; page < s.pages; ++page) {
      // do_user_addr_fault(): SIGSEGV
      if ((step.page == ALL_PAGES || step.page == page) &&
          !(vmaFlags(s, ancestor[step.process], page) & VMA_WRITE)) {
        return where + nameOf(step.process) + " writes page " + std::to_string(page) +
               ", but its VMA is read-only";
      }
    }
  }
  return "";
}

}  // namespace

std::string whyIllegal(const Scenario& s) {
  for (auto check : {checkNumbers, checkFolio, checkVmas}) {
    std::string why = check(s);
    if (!why.empty()) return why;
  }
  bool mapped = false, exclusive = false;
  for (unsigned process = 0; process < s.processes; ++process) {
    for (unsigned page = 0; page < s.pages; ++page) {
      std::string why = checkEntry(s, process, page);
      if (!why.empty()) return why;
      const unsigned entry = s.entry[std::size_t{process} * s.pages + page];
      mapped = mapped || (entry & ENTRY_PRESENT);
      exclusive = exclusive || (entry & ENTRY_EXCLUSIVE);
    }
  }
  // shrink_folio_list() unmaps folio_mapped() folios only.
  if (!mapped) return "no entry maps the folio, so that there is nothing to unmap";
  // gup_must_unshare(): a pin is taken on an exclusive page only, which
  // folio_try_share_anon_rmap_pte() then keeps exclusive.
  if (s.pins != 0 && !exclusive) return "the folio is pinned, but none of its pages is exclusive";
  return checkSteps(s);
}

}  // namespace ptecheck
