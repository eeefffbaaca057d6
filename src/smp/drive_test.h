// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: runs one actor's program step by step, alone or with changes in between.
#ifndef PTECHECK_SMP_DRIVE_TEST_H
#define PTECHECK_SMP_DRIVE_TEST_H

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "smp/call.h"
#include "smp/program.h"

namespace ptecheck {

// Actor 0 is the one that is run. Actor 1 is a program's, in space 0: its TLB tells of flushes.
class Drive {
 public:
  EntryTable t;
  SmpSetup setup;
  SmpState s;
  std::vector<Event> events;
  std::vector<std::string> functions;  // one a step

  Drive(Arch arch, ActorKind kind, Mapping mapping, unsigned pages = 2) : t(arch) {
    setup.arch = arch;
    setup.pages = static_cast<std::uint8_t>(pages);
    setup.mapping = mapping;
    setup.count = 2;
    setup.actors[0].kind = kind;
    setup.actors[0].ranges = static_cast<std::uint8_t>((1U << pages) - 1);
    const bool file = mapping == Mapping::kFile;
    s.vma[0] = kVmaMapped | kVmaWrite | kVmaSoftDirty | (file ? kVmaShared : 0);
    PageFrame& head = s.frames[0];
    for (unsigned r = 0; r < pages; ++r) {
      PageFrame& page = s.frames[r];
      page.set(PageFrame::kInUse);
      page.set(PageFrame::kExclusive, !file);
      page.contents = originalContents(r);
      page.mapcount = 1;
      page.place = static_cast<std::uint8_t>(r);
      s.table[0][r] = full(r);
      s.tlb[1][r] = t.change(full(r), Change::kHwLoad);
    }
    head.set(PageFrame::kAnon, !file);
    head.set(PageFrame::kSwapBacked, mapping == Mapping::kAnon);
    head.set(PageFrame::kSwapCache, file);
  }

  // Writable, dirty, young, soft-dirty.
  Entry full(unsigned frame) const {
    return t.pte_mkwrite(t.pte_mksoft_dirty(t.pte_mkdirty(t.pte_mkyoung(t.mk_pte(frame)))));
  }
  Local& local() { return s.local[0]; }
  Machine machine() { return {s, t, setup, 0}; }

  // Takes one step; false if it has to wait, or there is none left.
  bool step() {
    if (local().pc == kDone) return false;
    const Program program = programOf(setup.actors[0].kind);
    const auto& step = program[local().pc];
    Machine m(s, t, setup, 0);
    const SmpState before = s;
    const Next next = step.run(m, 0);
    if (next == kWait) {
      s = before;
      return false;
    }
    functions.emplace_back(step.function);
    for (const Event& event : m.events()) events.push_back(event);
    local().pc = static_cast<std::uint8_t>(next);
    return true;
  }
  // To the end, with `between` after every step.
  void run(const std::function<void()>& between = [] {}) {
    for (unsigned i = 0; i < 100 && step(); ++i) between();
    EXPECT_EQ(local().pc, kDone);
  }
  // Until a step in `function` has been taken.
  void runUntil(std::string_view function) {
    while (step())
      if (functions.back() == function) return;
    FAIL() << "no step of " << function;
  }

  unsigned count(EventKind kind) const {
    unsigned n = 0;
    for (const Event& event : events) n += event.kind == kind;
    return n;
  }
  bool inTlb(unsigned range) const { return !t.none(s.tlb[1][range]); }

  // Nothing is held, nothing is left in local variables, every page is counted as often as mapped.
  void expectAtRest() const {
    EXPECT_EQ(s.ptl, 0);
    EXPECT_EQ(s.folio_lock, 0);
    EXPECT_EQ(s.mmap_writer, 0);
    EXPECT_EQ(s.mmap_readers, 0);
    EXPECT_EQ(s.flush_pending, 0);
    const Local& me = s.local[0];
    EXPECT_EQ(me.at, 0);
    EXPECT_EQ(me.nr, 0);
    EXPECT_EQ(me.flags, 0);
    for (const Entry e : me.pte) EXPECT_EQ(e, kNoEntry);
    for (unsigned i = 0; i < kMaxFrames; ++i) {
      unsigned mappings = 0;
      for (const auto& table : s.table)
        for (const Entry e : table)
          mappings += t.pte_present(e) && !t.pte_special(e) && e.frame == i;
      EXPECT_EQ(s.frames[i].mapcount, mappings) << i;
      EXPECT_EQ(s.frames[i].refs(), 0U) << i;
      EXPECT_FALSE(s.frames[i].has(PageFrame::kWriteback)) << i;
    }
  }
};

template <class Body>
void onAllArchs(Body body) {
  for (Arch arch = 0; arch < kArchs; ++arch) {
    SCOPED_TRACE(archId(arch));
    body(arch);
  }
}

inline void expectCall(const Drive& d) {
  EXPECT_EQ(d.count(EventKind::kBegins), 2U);
  EXPECT_EQ(d.count(EventKind::kReturns), 2U);
  EXPECT_EQ(d.events.front().kind, EventKind::kBegins);
  d.expectAtRest();
}

}  // namespace ptecheck

#endif
