// SPDX-License-Identifier: GPL-2.0-only
//
// One moment of a machine with a few processors: memory, page tables, TLBs, locks, and how far
// every actor has come. Bytes without padding, as the search compares and stores it.
#ifndef PTECHECK_SMP_STATE_H
#define PTECHECK_SMP_STATE_H

#include <array>
#include <cstdint>

#include "scenario/history.h"
#include "smp/entry_table.h"

namespace ptecheck {

inline constexpr std::uint8_t kNoPlace = 255, kFreedPlace = 254;

// struct page and struct folio in one. The folio's own frames are 0 .. pages - 1, and of its flags
// and counts those of frame 0 hold; all other frames are small folios.
struct PageFrame {
  enum Flag : std::uint8_t {
    kInUse = 1 << 0,
    kExclusive = 1 << 1,  // PageAnonExclusive, of each frame
    kAnon = 1 << 2,       // else of a file
    kDirty = 1 << 3,
    kSwapBacked = 1 << 4,  // anonymous and not: lazyfree
    kSwapCache = 1 << 5,   // or the page cache: has a place in storage, and a reference for it
    kWriteback = 1 << 6,
    kIsolated = 1 << 7  // reclaim has taken it off its list, and has a reference
  };
  std::uint8_t flags = 0;
  Contents contents = kZeroes;
  std::uint8_t mapcount = 0;      // of this frame
  std::uint8_t counts = 0;        // transient references: low half (GUP, lookups); pins: high half
  std::uint8_t place = kNoPlace;  // in storage, if it has one

  bool operator==(const PageFrame&) const = default;

  bool has(Flag flag) const { return (flags & flag) != 0; }
  void set(Flag flag, bool on = true) {
    flags = static_cast<std::uint8_t>(on ? flags | flag : flags & ~flag);
  }
  unsigned refs() const { return counts & 15U; }
  unsigned pins() const { return counts >> 4; }
};

// Where an actor is in its program, and its local variables.
struct Local {
  std::uint8_t pc = 0;
  std::uint8_t at = 0;     // a loop's counter
  std::uint8_t nr = 0;     // a batch's length, a count
  std::uint8_t flags = 0;  // the program's own
  std::array<Entry, kMaxRanges> pte{};
};

struct SmpState {
  std::array<std::array<Entry, kMaxRanges>, kMaxSpaces> table{};
  std::array<std::array<Entry, kMaxRanges>, kMaxActors> tlb{};  // of the processor an actor runs on
  std::array<PageFrame, kMaxFrames> frames{};
  std::array<Contents, kMaxRanges> storage{};  // swap file or file: the place of each page
  std::array<Local, kMaxActors> local{};
  std::array<std::uint8_t, kMaxSpaces> vma{};  // flags, below
  std::uint8_t ptl = 0;                        // page-table lock: who holds it, + 1
  std::uint8_t folio_lock = 0;                 // likewise
  std::uint8_t mmap_writer = 0;                // mmap_lock: who holds it for writing, + 1
  std::uint8_t mmap_readers = 0;               // one bit an actor
  std::uint8_t batched_pending = 0;            // mm->tlb_flush_batched: a flush of reclaim's is due
  std::uint8_t flush_pending = 0;              // mm_tlb_flush_pending()
  std::array<std::uint8_t, kMaxActors> tlbi{};  // issued invalidations not completed: ranges
  std::array<std::uint8_t, kMaxActors> ubc{};   // current->tlb_ubc: 1 flush_required, 2 writable

  bool operator==(const SmpState&) const = default;
};
enum VmaFlag : std::uint8_t {
  kVmaMapped = 1,     // the range exists
  kVmaWrite = 2,      // VM_WRITE
  kVmaSoftDirty = 4,  // VM_SOFTDIRTY: all of it counts as soft-dirty
  kVmaUffdWp = 8,     // VM_UFFD_WP, asynchronous: a fault resolves itself
  kVmaShared = 16     // VM_SHARED
};
enum UbcFlag : std::uint8_t { kUbcRequired = 1, kUbcWritable = 2 };

}  // namespace ptecheck

#endif
