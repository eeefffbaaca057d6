// SPDX-License-Identifier: GPL-2.0-only
//
// What happens, in time order, while several processors work on the same page tables: the words in
// which the model (smp/) tells the judge (spec/) about it. An event says what a program, a device
// or the storage could see, or what a system call has promised; nothing about how the kernel does
// it.
#ifndef PTECHECK_SCENARIO_HISTORY_H
#define PTECHECK_SCENARIO_HISTORY_H

#include <cstdint>

namespace ptecheck {

// A history has at most so many of each. A range is an address range of one page: range 0 .. 1 of
// space 0 map the folio's pages 0 .. 1; space 1 is the child's after a fork, or where mremap()
// moves space 0 to.
inline constexpr unsigned kMaxActors = 3;
inline constexpr unsigned kMaxRanges = 2;  // of one space
inline constexpr unsigned kMaxSpaces = 2;
inline constexpr unsigned kMaxFrames = 6;  // page frames; one that was freed is not used again
// As a frame: the page of zeroes, which is nobody's, is never freed, and not counted.
inline constexpr std::uint8_t kZeroPage = 255;

// Contents of a page: 0 zeroes, 1 what was there at first (of range 0; 2 of range 1), 3 and up:
// the writes, each its own.
using Contents = std::uint8_t;
inline constexpr Contents kZeroes = 0, kFirstWrite = 3;
inline constexpr unsigned kMaxContents = 8;
constexpr Contents originalContents(unsigned range) { return static_cast<Contents>(1 + range); }
// A set of contents, one bit each.
using ContentsSet = std::uint8_t;
constexpr ContentsSet contentsBit(Contents c) { return static_cast<ContentsSet>(1U << c); }

enum class SystemCall : std::uint8_t {  // system calls that promise something
  kMprotectRead,                        // mprotect(PROT_READ): no store succeeds after it
  kMunmap,                              // no access succeeds after it
  kDontneed,      // madvise(MADV_DONTNEED): zeroes (anonymous), or the file's contents
  kFree,          // madvise(MADV_FREE): zeroes or the old contents, until it is written again
  kFork,          // space 1 has what space 0 had, sometime between its begin and its end
  kClearRefs,     // 4 to clear_refs: stores after it are noted in the entry's soft-dirty bit
  kWriteProtect,  // userfaultfd or PAGEMAP_SCAN: stores after it take the uffd-wp bit away
  kMremap,        // space 0 moves to space 1: no access by the old addresses after it
  kWriteback,     // fsync(): what was written before it is in storage
  kUnmapFolio     // not a call: the kernel wants no entry to map the folio any more, and relies on
                  // it (truncate, split of a huge page)
};
inline constexpr unsigned kSystemCalls = 10;

enum class EventKind : std::uint8_t {
  kLoad,        // by a program: actor, space, range, frame, contents (seen)
  kStore,       // likewise: contents (written)
  kPin,         // a device may access the frame from now on: actor, space, range, frame, write
  kDeviceLoad,  // through a pin: actor, space, range, frame, contents
  kDeviceStore,
  kUnpin,   // actor, space, range, frame
  kBegins,  // actor, call, space, range (once for each range)
  kReturns,
  kFrees,     // the kernel gives frame back: frame
  kStuck,     // an access that is allowed faulted again although its fault was handled, and
              // nothing happened in between: actor, space, range
  kInStorage  // what the file has in storage now: actor, space, range, contents. An actor tells it
              // just before its kWriteback returns, if the return is to be judged by it.
};

struct Event {
  EventKind kind = EventKind::kLoad;
  std::uint8_t actor = 0;
  std::uint8_t space = 0, range = 0;
  std::uint8_t frame = 0;
  Contents contents = 0;
  SystemCall call = SystemCall::kMprotectRead;
  bool write = false;         // kPin: for writing
  std::uint8_t mapcount = 0;  // kReturns of kUnmapFolio: mappings that the kernel still counts
};

// What there is once every actor is done.
struct RangeAtRest {
  bool mapped = true;       // the address range still exists
  Contents seen = kZeroes;  // what a load would return
  // What a load would return after reclaim has had its way with the page; of a file shared by all
  // also if the range is not mapped: what read() would return then.
  Contents if_reclaimed = kZeroes;
  bool writable = false;  // a store would succeed without a fault
  bool present = false;
  std::uint8_t frame = 0;   // if present; or kZeroPage
  bool soft_dirty = false;  // or the architecture has none
  bool uffd_wp = false;
};
struct FrameAtRest {
  bool in_use = false;
  std::uint8_t mapcount = 0;  // what the kernel counts
  std::uint8_t refs = 0;      // beyond one for each mapping
  std::uint8_t owners = 0;    // pins and caches that have a reference
  bool anonymous = false, exclusive = false;
};
struct AtRest {
  RangeAtRest ranges[kMaxSpaces][kMaxRanges];
  FrameAtRest frames[kMaxFrames];
};

}  // namespace ptecheck

#endif
