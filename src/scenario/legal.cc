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
// flags that are asked for, not at those of the VMA); and VMAs of any file with userfaultfd
// write-protection (asynchronous, it takes all kinds: vma_can_userfault()).
#include "scenario/legal.h"

#include <bit>
#include <cstddef>

#include "scenario/legal_parts.h"

namespace ptecheck {

namespace {

using namespace legal_detail;

constexpr unsigned kFolioBits = FOLIO_SWAPBACKED | FOLIO_DIRTY | FOLIO_UPTODATE | FOLIO_SWAPCACHE |
                                FOLIO_LOCKED | FOLIO_MLOCKED | FOLIO_FILE | FOLIO_HWPOISON |
                                FOLIO_DEVICE_PRIVATE;
constexpr unsigned kVmaBits = VMA_WRITE | VMA_LOCKED | VMA_DROPPABLE | VMA_UFFD_WP |
                              VMA_SHADOW_STACK | VMA_SOFTDIRTY | VMA_FILE | VMA_SHARED;
constexpr unsigned kTtuBits = UNMAP_BATCH_FLUSH | UNMAP_IGNORE_MLOCK | UNMAP_HWPOISON;

// The numbers, so that everything after it may index.
std::string checkNumbers(const Scenario& s) {
  if (s.pages < 1 || s.pages > MAX_PAGES ||
      !std::has_single_bit(unsigned{s.pages}))  // folio_order()
    return "a folio has 1, 2, 4, ... or 512 pages, not " + std::to_string(s.pages);
  if (s.processes < 1 || s.processes > MAX_PROCESSES)  // format
    return "1 to 4 processes map the folio, not " + std::to_string(s.processes);
  if (s.operation > OPERATION_TRY_TO_MIGRATE)
    return "unknown operation " + std::to_string(s.operation);
  if (s.ttu & ~kTtuBits) return "unknown flag of the operation";
  if (s.remote_cpu > 1) return "remote_cpu is 0 or 1";
  if (s.folio_flags & ~kFolioBits) return "unknown folio flag";
  if (s.folded > 1) return "folded is 0 or 1";
  if (s.table_end > s.pages)  // format: else the folio does not reach the end
    return "the page table ends at page " + std::to_string(s.table_end) + ", behind the folio";
  if (s.event > EVENT_ARCH_UNMAP) return "unknown event " + std::to_string(s.event);
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
  const unsigned flags = s.folio_flags;
  // try_to_unmap(): the caller holds the folio lock (shrink_folio_list() does, migrate_pages()
  // too).
  if (!(flags & FOLIO_LOCKED)) return "the folio must be locked: try_to_unmap() demands it";
  // do_anonymous_page() sets it before it maps; do_swap_page() refuses to map without, and so does
  // filemap_map_pages().
  if (!(flags & FOLIO_UPTODATE)) return "a mapped folio is up to date";
  if (flags & FOLIO_FILE) {
    // shmem_writepage(): a folio leaves the page cache when it goes to the swap cache, unmapped.
    if (flags & FOLIO_SWAPCACHE)
      return "a mapped folio of a file or shmem is not in the swap cache";
  } else if (!(flags & FOLIO_SWAPBACKED) && (flags & FOLIO_SWAPCACHE)) {
    // try_to_unmap_one() warns if the two differ, and lru_lazyfree() takes no folio that is in the
    // swap cache. (A swap-backed folio that is not there is met only if add_to_swap() was left
    // out.)
    return "a lazyfree folio is not in the swap cache (try_to_unmap_one() warns)";
  }
  if ((flags & FOLIO_HWPOISON) && s.pages != 1)  // memory_failure(): try_to_split_thp_page()
    return "a folio whose memory is broken has been split to one page";
  if (!(flags & FOLIO_DEVICE_PRIVATE)) return "";
  // migrate_vma_setup(), migrate_device.c: single pages of anonymous memory go to devices, and
  // nothing but migration brings them back.
  if (s.pages != 1) return "a folio in device memory has one page";
  if (s.operation != OPERATION_TRY_TO_MIGRATE) return "a folio in device memory is only migrated";
  if (flags & (FOLIO_FILE | FOLIO_SWAPCACHE | FOLIO_HWPOISON))
    return "a folio in device memory is anonymous, without swap slots, and in order";
  if (s.pins != 0) return "a folio in device memory cannot be pinned";  // follow_page_pte()
  return "";
}

std::string checkFlagsOfOperation(const Scenario& s) {
  // try_to_migrate() warns about others.
  if (s.operation == OPERATION_TRY_TO_MIGRATE && (s.ttu & ~unsigned{UNMAP_BATCH_FLUSH}))
    return "try_to_migrate() takes no flag but TTU_BATCH_FLUSH";
  if (!(s.ttu & UNMAP_HWPOISON)) return "";
  // memory_failure() marks the page first.
  if (!(s.folio_flags & FOLIO_HWPOISON)) return "TTU_HWPOISON, but the folio is in order";
  // unmap_poisoned_folio() leaves the flag out.
  if (s.folio_flags & FOLIO_SWAPCACHE)
    return "a broken folio in the swap cache is unmapped without TTU_HWPOISON";
  return "";
}

}  // namespace

std::string whyIllegal(const Scenario& s) {
  for (auto check : {checkNumbers, checkFolio, checkFlagsOfOperation, checkVmas}) {
    std::string why = check(s);
    if (!why.empty()) return why;
  }
  bool mapped = false, exclusive = false;
  for (unsigned process = 0; process < s.processes; ++process) {
    for (unsigned page = 0; page < s.pages; ++page) {
      std::string why = checkEntry(s, process, page);
      if (!why.empty()) return why;
      const unsigned entry = s.entry[std::size_t{process} * s.pages + page];
      mapped = mapped || entryMaps(entry);
      exclusive = exclusive || (entryMaps(entry) && (entry & ENTRY_EXCLUSIVE));
    }
  }
  // shrink_folio_list() unmaps folio_mapped() folios only.
  if (!mapped) return "no entry maps the folio, so that there is nothing to unmap";
  // gup_must_unshare(): a pin of an anonymous page is taken on an exclusive one only, which
  // folio_try_share_anon_rmap_pte() then keeps exclusive.
  if (s.pins != 0 && !exclusive && !(s.folio_flags & FOLIO_FILE))
    return "the folio is pinned, but none of its pages is exclusive";
  std::string why = checkPmdMappings(s);
  return why.empty() ? checkSteps(s) : why;
}

}  // namespace ptecheck
