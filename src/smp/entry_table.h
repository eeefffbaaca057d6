// SPDX-License-Identifier: GPL-2.0-only
//
// All entries that a run can meet, numbered. A state of the search has several entries, in tables,
// in TLBs and in local variables; eight bytes each would be too much. So an entry is two numbers:
// its form, which is the entry without its page frame, and the frame. Which forms there are is
// found out once for an architecture: those that its helpers make of a new page's entry, and of
// each other. What is done with forms after that is a look into a table.
//
// That a helper does to every page frame what it does to one, so that form and frame can be taken
// apart, is checked for all forms and frames (entry_table_test.cc).
#ifndef PTECHECK_SMP_ENTRY_TABLE_H
#define PTECHECK_SMP_ENTRY_TABLE_H

#include <array>
#include <cstdint>
#include <vector>

#include "pte/architectures.h"

namespace ptecheck {

struct Entry {
  std::uint8_t form = 0;   // 0: none
  std::uint8_t frame = 0;  // page frame; of a swap entry the page's place in the swap file

  bool operator==(const Entry&) const = default;
};
inline constexpr Entry kNoEntry{};

// pte_wrprotect(entry) and so on, as data. Names are those of the kernel's helpers.
enum class Change : std::uint8_t {
  kWrprotect,
  kMkdirty,
  kMkclean,
  kMkyoung,
  kMkold,
  kMkwrite,
  kMksoftDirty,
  kClearSoftDirty,
  kMkuffdWp,
  kClearUffdWp,
  kModifyReadonly,  // pte_modify(pte, PAGE_READONLY)
  kHwLoad,          // what hardware makes of it
  kHwStore,
  kSwpMkexclusive,  // of swap entries
  kSwpMksoftDirty,
  kSwpMkuffdWp
};
inline constexpr unsigned kChanges = 16;

enum class Fact : std::uint8_t {
  kPresent,
  kWrite,
  kDirty,
  kYoung,
  kSoftDirty,
  kUffdWp,
  kSpecial,
  kAccessible,    // pte_accessible()
  kClearFlushes,  // ptep_clear_flush() flushes
  kHwReads,       // hardware lets user code load, and store, by it
  kHwWrites,
  kHwStoreChanges,  // a store would have to set bits in it (always false where software does)
  kSwpExclusive,
  kSwpSoftDirty,
  kSwpUffdWp
};

class EntryTable {
 public:
  explicit EntryTable(Arch arch);

  Arch arch() const { return arch_; }
  unsigned forms() const { return static_cast<unsigned>(words_.size()); }

  bool is(Entry entry, Fact fact) const {
    return facts_[entry.form] >> static_cast<unsigned>(fact) & 1;
  }
  Entry change(Entry entry, Change how) const {
    return {changes_[static_cast<unsigned>(how)][entry.form], entry.frame};
  }

  bool none(Entry e) const { return e.form == 0; }
  bool pte_present(Entry e) const { return is(e, Fact::kPresent); }
  bool pte_write(Entry e) const { return is(e, Fact::kWrite); }
  bool pte_dirty(Entry e) const { return is(e, Fact::kDirty); }
  bool pte_young(Entry e) const { return is(e, Fact::kYoung); }
  bool pte_soft_dirty(Entry e) const { return is(e, Fact::kSoftDirty); }
  bool pte_uffd_wp(Entry e) const { return is(e, Fact::kUffdWp); }
  bool pte_special(Entry e) const { return is(e, Fact::kSpecial); }
  bool pte_accessible(Entry e) const { return is(e, Fact::kAccessible); }
  bool hw_reads(Entry e) const { return is(e, Fact::kHwReads); }
  bool hw_writes(Entry e) const { return is(e, Fact::kHwWrites); }
  bool swap(Entry e) const { return !none(e) && !pte_present(e); }

  Entry pte_wrprotect(Entry e) const { return change(e, Change::kWrprotect); }
  Entry pte_mkdirty(Entry e) const { return change(e, Change::kMkdirty); }
  Entry pte_mkclean(Entry e) const { return change(e, Change::kMkclean); }
  Entry pte_mkyoung(Entry e) const { return change(e, Change::kMkyoung); }
  Entry pte_mkold(Entry e) const { return change(e, Change::kMkold); }
  Entry pte_mkwrite(Entry e) const { return change(e, Change::kMkwrite); }
  Entry pte_mksoft_dirty(Entry e) const { return change(e, Change::kMksoftDirty); }
  Entry pte_clear_soft_dirty(Entry e) const { return change(e, Change::kClearSoftDirty); }
  Entry pte_mkuffd_wp(Entry e) const { return change(e, Change::kMkuffdWp); }
  Entry pte_clear_uffd_wp(Entry e) const { return change(e, Change::kClearUffdWp); }

  // pfn_pte(frame, PAGE_READONLY): read-only, clean.
  Entry mk_pte(unsigned frame) const { return {readonly_, static_cast<std::uint8_t>(frame)}; }
  // The entry of the page of zeroes.
  Entry zeroPage() const { return {zero_page_, 0}; }
  // swp_entry(type, place)
  Entry swp_entry(unsigned place) const { return {swap_, static_cast<std::uint8_t>(place)}; }

  // The raw word, and its page frame's number, for printing.
  std::uint64_t word(Entry entry) const;

  // Of the architecture.
  bool hasSoftDirty() const { return has_soft_dirty_; }
  bool hasUffdWp() const { return has_uffd_wp_; }
  bool defersTlbFlush() const { return defers_tlb_flush_; }
  // TLB invalidations are broadcast, and complete at a barrier of who issued them (arm64).
  bool broadcastsTlbi() const { return broadcasts_tlbi_; }
  // Taking an entry out invalidates TLBs at once (s390: IPTE).
  bool clearInvalidates() const { return clear_invalidates_; }

 private:
  template <class F>
  void build();

  Arch arch_;
  std::vector<std::uint64_t> words_;  // of frame 0
  std::vector<std::uint32_t> facts_;
  std::array<std::vector<std::uint8_t>, kChanges> changes_;
  std::uint8_t readonly_ = 0, zero_page_ = 0, swap_ = 0;
  bool has_soft_dirty_ = false, has_uffd_wp_ = false, defers_tlb_flush_ = false;
  bool broadcasts_tlbi_ = false, clear_invalidates_ = false;
};

}  // namespace ptecheck

#endif
