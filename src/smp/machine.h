// SPDX-License-Identifier: GPL-2.0-only
//
// What a step of an actor can do to the machine. A step happens at once: nothing comes between what
// it reads and what it writes. So a step never touches, twice, what hardware or a lock-free reader
// could change or see in between.
//
// Programs are tables of steps (program.h); a step is a function of a Machine, and returns which
// step is next, or kWait if it cannot be taken now.
#ifndef PTECHECK_SMP_MACHINE_H
#define PTECHECK_SMP_MACHINE_H

#include <array>
#include <span>

#include "scenario/history.h"
#include "smp/entry_table.h"
#include "smp/setup.h"
#include "smp/state.h"

namespace ptecheck {

using Next = int;  // number of a step, or:
inline constexpr Next kWait = -1;
inline constexpr Next kDone = 255;

class Machine {
 public:
  SmpState& s;
  const EntryTable& t;
  const SmpSetup& setup;
  const unsigned self;  // whose step it is

  Machine(SmpState& state, const EntryTable& table, const SmpSetup& of, unsigned actor)
      : s(state), t(table), setup(of), self(actor) {}

  Local& me() { return s.local[self]; }
  const ActorSpec& spec() const { return setup.actors[self]; }
  bool mutant(SmpMutant m) const { return setup.mutant == m; }

  // Events, for the judge.
  std::span<const Event> events() const { return {events_.data(), count_}; }
  void tell(const Event& event) { events_[count_++] = event; }
  void begins(SystemCall call) { tellCall(EventKind::kBegins, call); }
  void returns(SystemCall call) { tellCall(EventKind::kReturns, call); }

  // Locks. False: somebody else holds it.
  bool spin_lock_ptl() { return take(s.ptl); }
  void spin_unlock_ptl() { s.ptl = 0; }
  bool folio_trylock() { return take(s.folio_lock); }
  void folio_unlock() { s.folio_lock = 0; }
  bool holdsFolioLock() const { return s.folio_lock == self + 1; }
  bool mmap_write_lock() {
    if (s.mmap_readers != 0 || s.mmap_writer != 0) return false;
    s.mmap_writer = static_cast<std::uint8_t>(self + 1);
    return true;
  }
  void mmap_write_unlock() { s.mmap_writer = 0; }
  bool mmap_read_lock() {
    if (s.mmap_writer != 0) return false;
    s.mmap_readers = static_cast<std::uint8_t>(s.mmap_readers | 1U << self);
    return true;
  }
  void mmap_write_downgrade() {
    mmap_write_unlock();
    mmap_read_lock();
  }
  void mmap_read_unlock() {
    s.mmap_readers = static_cast<std::uint8_t>(s.mmap_readers & ~(1U << self));
  }

  // Entries.
  Entry& entry(unsigned space, unsigned range) { return s.table[space][range]; }
  Entry ptep_get_and_clear(unsigned space, unsigned range) {
    const Entry old = s.table[space][range];
    s.table[space][range] = kNoEntry;
    // s390: IPTE takes the entry out of table and TLBs in one.
    if (t.clearInvalidates() && t.pte_present(old)) flush_tlb(space, 1U << range);
    return old;
  }
  // Every processor forgets the ranges (bits) of a space. On arm64 that is TLBI and DSB in one.
  void flush_tlb(unsigned space, unsigned ranges) {
    for (unsigned a = 0; a < setup.count; ++a)
      if (setup.actors[a].space == space)
        for (unsigned r = 0; r < setup.pages; ++r)
          if (ranges >> r & 1) s.tlb[a][r] = kNoEntry;
  }
  unsigned allRanges() const { return (1U << setup.pages) - 1; }
  // arm64: TLBI without DSB. Whether TLBs forget at once or only at the DSB is left open: they may
  // do without an entry at any time.
  void issueTlbi(unsigned ranges, unsigned space = 0) {
    s.tlbi[self] = static_cast<std::uint8_t>(s.tlbi[self] | ranges << space * kMaxRanges);
  }
  void dsb() {
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      flush_tlb(space, s.tlbi[self] >> space * kMaxRanges);
    s.tlbi[self] = 0;
  }

  // Pages.
  PageFrame& frame(unsigned number) { return s.frames[number]; }
  unsigned folioOf(unsigned number) const { return number < setup.pages ? 0 : number; }
  PageFrame& folio(unsigned number) { return s.frames[folioOf(number)]; }
  unsigned pagesOf(unsigned number) const { return number < setup.pages ? setup.pages : 1; }
  bool maps(Entry e) const { return t.pte_present(e) && !t.pte_special(e); }
  unsigned folio_mapcount(unsigned number) const {
    unsigned sum = 0;
    for (unsigned i = 0; i < pagesOf(number); ++i) sum += s.frames[folioOf(number) + i].mapcount;
    return sum;
  }
  unsigned folio_ref_count(unsigned number) {
    const PageFrame& f = folio(number);
    return folio_mapcount(number) + f.refs() + f.pins() +
           (f.has(PageFrame::kSwapCache) ? pagesOf(number) : 0) + f.has(PageFrame::kIsolated);
  }
  void get(unsigned number) { ++folio(number).counts; }
  void pin(unsigned number) {
    folio(number).counts = static_cast<std::uint8_t>(folio(number).counts + 16);
  }
  // The last reference frees the folio. (If a mistake has freed it before, there is none left.)
  void put(unsigned number) {
    if (!folio(number).has(PageFrame::kInUse)) return;
    --folio(number).counts;
    freeIfUnused(number);
  }
  // A page that the caller has allocated and never mapped: nobody else has seen it, so it may be
  // used again, and nobody is told.
  void discard(unsigned number) { s.frames[number] = {}; }
  void unpin(unsigned number) {
    if (!folio(number).has(PageFrame::kInUse)) return;
    folio(number).counts = static_cast<std::uint8_t>(folio(number).counts - 16);
    freeIfUnused(number);
  }
  void freeIfUnused(unsigned number) {
    if (folio_ref_count(number) == 0) freeFolio(number);
  }
  void freeFolio(unsigned number) {
    const unsigned first = folioOf(number);
    for (unsigned i = 0; i < pagesOf(number); ++i) {
      if (!s.frames[first + i].has(PageFrame::kInUse)) continue;
      // Contents stay as they are, for those who still look.
      s.frames[first + i].flags = 0;
      s.frames[first + i].counts = 0;
      // So that allocate() leaves it. Whoever still writes it back, mistakenly, finds its place.
      if (s.frames[first + i].place == kNoPlace) s.frames[first + i].place = kFreedPlace;
      tell({.kind = EventKind::kFrees,
            .actor = actorNumber(),
            .frame = static_cast<std::uint8_t>(first + i)});
    }
  }
  // A new page, nobody's but the caller's (one reference).
  unsigned allocate(Contents contents, bool anonymous);
  // Where a page of storage is cached: page cache or swap cache; kMaxFrames: nowhere.
  unsigned cachedAt(unsigned place, bool anonymous) const {
    for (unsigned i = 0; i < kMaxFrames; ++i) {
      const PageFrame& f = s.frames[i];
      const PageFrame& head = s.frames[folioOf(i)];
      if (f.has(PageFrame::kInUse) && head.has(PageFrame::kSwapCache) &&
          head.has(PageFrame::kAnon) == anonymous && f.place == place)
        return i;
    }
    return kMaxFrames;
  }
  Contents contentsOf(Entry e) const {
    return t.pte_special(e) ? kZeroes : s.frames[e.frame].contents;
  }

  // What the actor's store number `at` writes; every store of a run writes something else.
  Contents writes(unsigned at) const {
    unsigned before = 0;
    for (unsigned a = 0; a <= self; ++a)
      for (unsigned i = 0; i < (a == self ? at : setup.actors[a].op_count); ++i)
        before += setup.actors[a].ops[i].kind == Op::kStore;
    return static_cast<Contents>(kFirstWrite + before);
  }

  std::uint8_t actorNumber() const { return static_cast<std::uint8_t>(self); }

 private:
  bool take(std::uint8_t& lock) {
    if (lock != 0) return false;
    lock = static_cast<std::uint8_t>(self + 1);
    return true;
  }
  void tellCall(EventKind kind, SystemCall call) {
    for (unsigned r = 0; r < setup.pages; ++r)
      if (spec().ranges >> r & 1)
        tell({.kind = kind,
              .actor = actorNumber(),
              .space = spec().space,
              .range = static_cast<std::uint8_t>(r),
              .call = call});
  }

  std::array<Event, 8> events_;
  unsigned count_ = 0;
};

}  // namespace ptecheck

#endif
