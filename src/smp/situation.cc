// SPDX-License-Identifier: GPL-2.0-only
#include "smp/situation.h"

#include <algorithm>

#include "smp/machine.h"

namespace ptecheck {

namespace {

struct RangeState {
  bool writable, dirty, shared;  // shared: the child maps it too
};

// What one range can be like; simplest first.
std::vector<RangeState> rangeStates(const SmpSetup& setup) {
  std::vector<RangeState> states;
  for (const bool shared : {false, true}) {
    if (shared && !setup.child) continue;
    for (const bool writable : {true, false}) {
      if (writable && shared) continue;  // of a private mapping
      for (const bool dirty : {true, false}) {
        // Writable entries of files are made so by a fault that marks them dirty, and writeback
        // takes both away again. RO and dirty: after mprotect(), or fork().
        if (setup.mapping == Mapping::kFile && writable != dirty) continue;
        states.push_back({writable, dirty, shared});
      }
    }
  }
  return states;
}

class Builder {
 public:
  Builder(const SmpSetup& setup, const EntryTable& table) : setup_(setup), t_(table) {}

  std::vector<Beginning> all() {
    const std::vector<RangeState> states = rangeStates(setup_);
    for (const bool cached : {false, true}) {
      if (cached != (setup_.mapping == Mapping::kFile) && setup_.mapping != Mapping::kAnon)
        continue;
      for (const RangeState& first : states) {
        if (setup_.pages == 1) {
          add({first, first}, cached);
          continue;
        }
        for (const RangeState& second : states) add({first, second}, cached);
      }
    }
    return std::move(beginnings_);
  }

 private:
  void add(const std::array<RangeState, kMaxRanges>& ranges, bool cached) {
    Beginning begin;
    SmpState& s = begin.state;
    bool shared = false;
    PageFrame& head = s.frames[0];
    for (unsigned r = 0; r < setup_.pages; ++r) {
      const RangeState& range = ranges[r];
      // Anonymous pages that storage does not have are dirty.
      if (setup_.mapping == Mapping::kAnon && !cached && !range.dirty) return;
      shared = shared || range.shared;
      Entry entry = t_.pte_mkyoung(t_.mk_pte(r));
      if (range.dirty) entry = t_.pte_mkdirty(entry);
      if (range.writable) entry = t_.pte_mkwrite(entry);
      s.table[0][r] = entry;
      if (range.shared) s.table[1][r] = t_.pte_mkold(entry);
      PageFrame& page = s.frames[r];
      page.set(PageFrame::kInUse);
      page.contents = originalContents(r);
      page.mapcount = range.shared ? 2 : 1;
      page.place = static_cast<std::uint8_t>(r);
      if (setup_.mapping != Mapping::kFile) page.set(PageFrame::kExclusive, !range.shared);
      s.storage[r] = cached && !range.dirty ? page.contents : kZeroes;
      if (setup_.mapping == Mapping::kLazyfree && range.dirty)
        begin.written = static_cast<std::uint8_t>(begin.written | 1U << r);
    }
    if (setup_.child && !shared) return;
    head.set(PageFrame::kAnon, setup_.mapping != Mapping::kFile);
    head.set(PageFrame::kSwapBacked, setup_.mapping == Mapping::kAnon);
    head.set(PageFrame::kSwapCache, cached);
    s.vma[0] = kVmaMapped | kVmaWrite | kVmaSoftDirty;
    if (setup_.mapping == Mapping::kFile) s.vma[0] |= kVmaShared;
    for (unsigned a = 0; a < setup_.count; ++a)
      if (setup_.actors[a].kind == ActorKind::kPagemapScan) s.vma[0] |= kVmaUffdWp;
    if (setup_.child) s.vma[1] = s.vma[0];
    withTlbs(begin, 0);
  }

  // Each processor with and without the entries that its program will use.
  void withTlbs(const Beginning& begin, unsigned actor) {
    if (actor == setup_.count) {
      beginnings_.push_back(begin);
      return;
    }
    withTlbs(begin, actor + 1);
    const ActorSpec& spec = setup_.actors[actor];
    if (spec.kind != ActorKind::kUser) return;
    Beginning filled = begin;
    bool any = false;
    for (unsigned i = 0; i < spec.op_count; ++i) {
      const unsigned range = spec.ops[i].range;
      Entry& entry = filled.state.table[spec.space][range];
      if (!t_.hw_reads(entry)) continue;
      entry = t_.change(entry, Change::kHwLoad);
      filled.state.tlb[actor][range] = entry;
      any = true;
    }
    if (any) withTlbs(filled, actor + 1);
  }

  const SmpSetup& setup_;
  const EntryTable& t_;
  std::vector<Beginning> beginnings_;
};

// Looks at a state without changing it, through the words of Machine.
class Rest {
 public:
  Rest(const SmpState& state, const SmpSetup& setup, const EntryTable& table)
      : copy_(state), m_(copy_, table, setup, 0) {}

  AtRest look() {
    AtRest rest;
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned r = 0; r < m_.setup.pages; ++r) range(space, r, rest.ranges[space][r]);
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned r = m_.setup.pages; r < kMaxRanges; ++r) rest.ranges[space][r].mapped = false;
    for (unsigned i = 0; i < kMaxFrames; ++i) {
      const PageFrame& page = m_.s.frames[i];
      const PageFrame& head = m_.folio(i);
      FrameAtRest& out = rest.frames[i];
      out.in_use = page.has(PageFrame::kInUse);
      out.mapcount = page.mapcount;
      // A cache has a reference on every page; it is an owner that is allowed to.
      out.owners = page.has(PageFrame::kInUse) && head.has(PageFrame::kSwapCache);
      out.refs = static_cast<std::uint8_t>(page.refs() + page.pins() +
                                           page.has(PageFrame::kIsolated) + out.owners);
      out.anonymous = head.has(PageFrame::kAnon);
      out.exclusive = page.has(PageFrame::kExclusive);
    }
    return rest;
  }

 private:
  bool dirtyByAnyEntry(unsigned frame) const {
    for (const auto& space : m_.s.table)
      for (const Entry e : space)
        if (m_.maps(e) && e.frame == frame && m_.t.pte_dirty(e)) return true;
    return false;
  }

  void range(unsigned space, unsigned r, RangeAtRest& out) {
    const Entry entry = m_.entry(space, r);
    out.mapped = m_.s.vma[space] & kVmaMapped;
    out.present = m_.t.pte_present(entry);
    out.frame = m_.t.pte_special(entry) ? kZeroPage : entry.frame;
    // Of a TLB or table: a store goes through without a fault.
    out.writable = m_.t.hw_writes(entry) || (out.present && m_.t.pte_write(entry));
    out.soft_dirty = !m_.t.hasSoftDirty() || (m_.s.vma[space] & kVmaSoftDirty) ||
                     m_.t.pte_soft_dirty(entry) || m_.t.is(entry, Fact::kSwpSoftDirty);
    out.uffd_wp = m_.t.pte_uffd_wp(entry) || m_.t.is(entry, Fact::kSwpUffdWp);
    if (m_.maps(entry)) {
      out.seen = m_.frame(entry.frame).contents;
      out.if_reclaimed = reclaimed(entry.frame);
    } else if (out.present) {
      out.seen = out.if_reclaimed = kZeroes;
    } else if (m_.t.swap(entry)) {
      fromStorage(entry.frame, true, out);
    } else if (m_.setup.mapping == Mapping::kFile) {
      fromStorage(r, false, out);
    }
  }

  // What is left of a mapped page if reclaim takes it: every clean page may go before a dirty one
  // of the same folio is found.
  Contents reclaimed(unsigned frame) {
    const PageFrame& head = m_.folio(frame);
    const PageFrame& page = m_.frame(frame);
    if (head.has(PageFrame::kDirty) || dirtyByAnyEntry(frame)) return page.contents;
    if (head.has(PageFrame::kSwapCache)) return m_.s.storage[page.place];
    const bool lazyfree = head.has(PageFrame::kAnon) && !head.has(PageFrame::kSwapBacked);
    return lazyfree ? kZeroes : page.contents;
  }

  void fromStorage(unsigned place, bool anonymous, RangeAtRest& out) {
    out.seen = out.if_reclaimed = m_.s.storage[place];
    const unsigned cached = m_.cachedAt(place, anonymous);
    if (cached == kMaxFrames) return;
    out.seen = m_.frame(cached).contents;
    if (m_.folio(cached).has(PageFrame::kDirty) || dirtyByAnyEntry(cached))
      out.if_reclaimed = out.seen;
  }

  SmpState copy_;
  Machine m_;
};

}  // namespace

std::vector<Beginning> beginningsOf(const SmpSetup& setup, const EntryTable& table) {
  return Builder(setup, table).all();
}

AtRest atRest(const SmpState& state, const SmpSetup& setup, const EntryTable& table) {
  return Rest(state, setup, table).look();
}

}  // namespace ptecheck
