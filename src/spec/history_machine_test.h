// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: a machine so simple that its histories are right. Memory is sequentially consistent,
// each range has its own page frame, there are no page tables, no TLBs and no copy-on-write; a
// system call does what it does in one step between its begin and its return. It can be told to
// make a mistake.
#ifndef PTECHECK_SPEC_HISTORY_MACHINE_TEST_H
#define PTECHECK_SPEC_HISTORY_MACHINE_TEST_H

#include <cstdint>
#include <random>
#include <vector>

#include "spec/history.h"

namespace ptecheck::machine {

enum class Mistake {
  kNone,
  kActsLate,         // a call returns before it has done anything
  kMremapKeepsOld,   // the old addresses stay valid
  kForkShares,       // the child gets the parent's frames, and both may write
  kDropsDirty,       // reclaim takes a lazyfree page that was written
  kForgetsStores,    // sometimes
  kFreesMapped,      // swapping frees a frame that is still used
  kSwapsPinned,      // swapping moves the program to another frame, away from the device
  kFreesPinned,      // munmap() and MADV_DONTNEED do
  kWritesNothing,    // fsync() marks the page clean all the same
  kUnpinsClean,      // a file's page that a device wrote is not marked dirty
  kCountsMapping,    // one too many, at the end
  kLeaksReference,   // likewise
  kUnmapsTooLittle,  // a folio that must not be mapped is
  kFaultsForEver
};

class Machine {
 public:
  Machine(const HistorySetup& setup, std::uint32_t seed, Mistake mistake)
      : setup_(setup), mistake_(mistake), random_(seed) {
    for (unsigned space = 0; space < (setup.child ? 2U : 1U); ++space)
      for (unsigned range = 0; range < setup.pages; ++range) {
        Range& r = at(space, range);
        r.exists = true;
        const bool cached = setup.shared_mapping && space == 1;
        r.frame = cached ? at(0, range).frame : allocate(originalContents(range));
        frames_[static_cast<unsigned>(r.frame)].lazy = setup.lazyfree;
        storage_[range] = originalContents(range);
      }
  }

  // One step; none if it was not possible. Events are appended.
  void step(std::vector<Event>& events) {
    events_ = &events;
    const unsigned number = draw(kMaxActors);
    Actor& actor = actors_[number];
    switch (draw(8)) {
      case 0:
      case 1:
        return access(number, false);
      case 2:
        return access(number, true);
      case 3:
        return actor.calls ? act(actor) : begin(number);
      case 4:
        if (actor.calls) finish(number);
        return;
      case 5:
        return device(number);
      case 6:
        return reclaim();
      default:
        return draw(2) ? swap() : lateAct();
    }
  }
  // Everybody comes to an end.
  void rest(std::vector<Event>& events) {
    events_ = &events;
    for (unsigned a = 0; a < kMaxActors; ++a) {
      if (actors_[a].calls) finish(a);
      for (unsigned range = 0; range < setup_.pages; ++range)
        if (actors_[a].pinned[range] >= 0) unpin(a, range);
    }
    lateAct();
    if (mistake_ == Mistake::kFaultsForEver) tell(EventKind::kStuck, 0, 0, 0);
  }
  AtRest atRest() const {
    AtRest rest;
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned range = 0; range < setup_.pages; ++range) {
        const Range& r = ranges_[space][range];
        RangeAtRest& now = rest.ranges[space][range];
        now.mapped = r.exists;
        now.seen = now.if_reclaimed = contentsOf(r, range);
        if (setup_.shared_mapping) {
          const Frame& cached = frames_[range];
          now.if_reclaimed = cached.dirty ? cached.contents : storage_[range];
        } else if (r.frame >= 0 && frames_[index(r.frame)].lazy) {
          now.if_reclaimed = kZeroes;
        }
        now.present = r.exists && r.frame >= 0;
        now.writable = now.present && !r.read_only;
        now.frame = static_cast<std::uint8_t>(now.present ? r.frame : 0);
        now.soft_dirty = r.soft_dirty;
        now.uffd_wp = r.uffd_wp;
        if (now.present) ++rest.frames[now.frame].mapcount;
      }
    for (unsigned i = 0; i < kMaxFrames; ++i) {
      FrameAtRest& now = rest.frames[i];
      now.in_use = i < used_ && !frames_[i].freed;
      now.refs = now.owners = setup_.shared_mapping && i < setup_.pages;
      now.anonymous = now.exclusive = now.in_use && !setup_.shared_mapping;
    }
    if (mistake_ == Mistake::kCountsMapping) ++rest.frames[0].mapcount;
    if (mistake_ == Mistake::kLeaksReference) ++rest.frames[0].refs;
    return rest;
  }
  // Another step may need a frame, or contents, that there are no more of.
  bool canGoOn() const { return used_ + 2 * setup_.pages <= kMaxFrames && next_ < kMaxContents; }

 private:
  struct Range {
    bool exists = false, read_only = false, soft_dirty = false, uffd_wp = false;
    int frame = -1;  // none: a load sees what the range is filled with
  };
  struct Frame {
    Contents contents = kZeroes;
    bool lazy = false, dirty = false, freed = false;
    unsigned pins = 0;
  };
  struct Actor {
    bool calls = false, acted = false;
    SystemCall call = SystemCall::kMprotectRead;
    std::uint8_t space = 0;
    unsigned ranges = 0;
    int pinned[kMaxRanges] = {-1, -1};
    std::uint8_t pin_space[kMaxRanges] = {};
    bool pin_writes[kMaxRanges] = {};
  };

  unsigned draw(unsigned n) { return static_cast<unsigned>(random_() % n); }
  static unsigned index(int frame) { return static_cast<unsigned>(frame); }
  Range& at(unsigned space, unsigned range) { return ranges_[space][range]; }
  Contents filling(unsigned range) const {
    return setup_.anonymous ? kZeroes : originalContents(range);
  }
  Contents contentsOf(const Range& r, unsigned range) const {
    return r.frame < 0 ? filling(range) : frames_[index(r.frame)].contents;
  }
  int allocate(Contents contents) {
    frames_[used_].contents = contents;
    return static_cast<int>(used_++);
  }
  Event& tell(EventKind kind, unsigned actor, unsigned space, unsigned range, int frame = -1,
              Contents contents = 0) {
    Event event;
    event.kind = kind;
    event.actor = static_cast<std::uint8_t>(actor);
    event.space = static_cast<std::uint8_t>(space);
    event.range = static_cast<std::uint8_t>(range);
    event.frame = frame < 0 ? kZeroPage : static_cast<std::uint8_t>(frame);
    event.contents = contents;
    events_->push_back(event);
    return events_->back();
  }
  void freeIfUnused(int frame) {
    Frame& f = frames_[index(frame)];
    if (setup_.shared_mapping || f.freed) return;
    if (f.pins != 0 && mistake_ != Mistake::kFreesPinned) return;
    for (const auto& space : ranges_)
      for (const Range& r : space)
        if (r.frame == frame) return;
    f.freed = true;
    tell(EventKind::kFrees, 0, 0, 0, frame);
  }
  void unmap(Range& r) {
    const int frame = r.frame;
    r.frame = -1;
    if (frame >= 0) freeIfUnused(frame);
  }
  void faultIn(Range& r, unsigned range) {
    if (r.frame < 0) r.frame = allocate(filling(range));
  }

  // ---- programs and devices

  void access(unsigned actor, bool writes) {
    const unsigned space = draw(kMaxSpaces), range = draw(setup_.pages);
    Range& r = at(space, range);
    if (!r.exists || (space == 1 && forking_)) return;
    if (!writes) {
      tell(EventKind::kLoad, actor, space, range, r.frame, contentsOf(r, range));
      return;
    }
    if (r.read_only || !canGoOn()) return;
    faultIn(r, range);
    Frame& frame = frames_[index(r.frame)];
    tell(EventKind::kStore, actor, space, range, r.frame, next_);
    if (mistake_ != Mistake::kForgetsStores || draw(2)) frame.contents = next_;
    ++next_;
    frame.dirty = true;
    if (mistake_ != Mistake::kDropsDirty) frame.lazy = false;
    r.soft_dirty = true;
    r.uffd_wp = false;
  }
  void device(unsigned number) {
    Actor& actor = actors_[number];
    const unsigned range = draw(setup_.pages);
    int& pinned = actor.pinned[range];
    if (pinned < 0) {
      const unsigned space = draw(kMaxSpaces);
      Range& r = at(space, range);
      if (!r.exists || (space == 1 && forking_) || !canGoOn()) return;
      faultIn(r, range);
      pinned = r.frame;
      ++frames_[index(pinned)].pins;
      actor.pin_space[range] = static_cast<std::uint8_t>(space);
      actor.pin_writes[range] = !r.read_only;
      tell(EventKind::kPin, number, space, range, pinned).write = !r.read_only;
      return;
    }
    Frame& frame = frames_[index(pinned)];
    const unsigned space = actor.pin_space[range];
    switch (draw(4)) {
      case 0:
        unpin(number, range);
        return;
      case 1:
        if (!actor.pin_writes[range] || !canGoOn()) return;
        frame.contents = next_++;
        tell(EventKind::kDeviceStore, number, space, range, pinned, frame.contents);
        return;
      default:
        tell(EventKind::kDeviceLoad, number, space, range, pinned, frame.contents);
    }
  }
  void unpin(unsigned number, unsigned range) {
    Actor& actor = actors_[number];
    const int pinned = actor.pinned[range];
    Frame& frame = frames_[index(pinned)];
    actor.pinned[range] = -1;
    --frame.pins;
    if (actor.pin_writes[range] && mistake_ != Mistake::kUnpinsClean) {
      frame.dirty = true;
      frame.lazy = false;
    }
    tell(EventKind::kUnpin, number, actor.pin_space[range], range, pinned);
    freeIfUnused(pinned);
  }

  // ---- the kernel, of its own accord

  void reclaim() {
    Range& r = at(draw(kMaxSpaces), draw(setup_.pages));
    if (r.frame >= 0 && frames_[index(r.frame)].lazy && frames_[index(r.frame)].pins == 0) unmap(r);
  }
  void swap() {
    Range& r = at(draw(kMaxSpaces), draw(setup_.pages));
    if (setup_.shared_mapping || r.frame < 0 || !canGoOn()) return;
    Frame& old = frames_[index(r.frame)];
    if (old.pins != 0 && mistake_ != Mistake::kSwapsPinned) return;
    if (mistake_ == Mistake::kFreesMapped) {
      if (!old.freed) tell(EventKind::kFrees, 0, 0, 0, r.frame);
      old.freed = true;
      return;
    }
    const int frame = r.frame;
    r.frame = allocate(old.contents);
    frames_[index(r.frame)].lazy = old.lazy;
    freeIfUnused(frame);
  }

  // ---- system calls

  void begin(unsigned number) {
    Actor& actor = actors_[number];
    const auto call = static_cast<SystemCall>(draw(kSystemCalls));
    const bool to_space_1 = call == SystemCall::kFork || call == SystemCall::kMremap;
    if (to_space_1 && (setup_.child || moved_ || !canGoOn())) return;
    actor.calls = true;
    actor.acted = false;
    actor.call = call;
    actor.space = static_cast<std::uint8_t>(to_space_1 || !setup_.child ? 0 : draw(2));
    actor.ranges = to_space_1 ? (1U << setup_.pages) - 1 : 1 + draw((1U << setup_.pages) - 1);
    moved_ = moved_ || to_space_1;
    forking_ = forking_ || call == SystemCall::kFork;
    tellCall(number, EventKind::kBegins);
  }
  void tellCall(unsigned number, EventKind kind) {
    const Actor& actor = actors_[number];
    for (unsigned range = 0; range < setup_.pages; ++range) {
      if (!(actor.ranges >> range & 1)) continue;
      if (kind == EventKind::kReturns && actor.call == SystemCall::kWriteback)
        tell(EventKind::kInStorage, number, actor.space, range, -1, storage_[range]);
      Event& event = tell(kind, number, actor.space, range);
      event.call = actor.call;
      event.mapcount =
          mistake_ == Mistake::kUnmapsTooLittle && actor.call == SystemCall::kUnmapFolio;
    }
  }
  void act(Actor& actor) {
    if (actor.acted) return;
    for (unsigned range = 0; range < setup_.pages; ++range)
      if (actor.ranges >> range & 1) act(actor, at(actor.space, range), range);
    actor.acted = true;
  }
  void act(const Actor& actor, Range& r, unsigned range) {
    if (actor.call == SystemCall::kWriteback && setup_.shared_mapping) {
      if (frames_[range].dirty && mistake_ != Mistake::kWritesNothing)
        storage_[range] = frames_[range].contents;
      frames_[range].dirty = false;
    }
    if (!r.exists) return;
    switch (actor.call) {
      case SystemCall::kMprotectRead:
        r.read_only = true;
        break;
      case SystemCall::kMunmap:
        r.exists = false;
        unmap(r);
        break;
      case SystemCall::kDontneed:
        if (!setup_.shared_mapping) unmap(r);
        break;
      case SystemCall::kFree:
        if (setup_.anonymous && r.frame >= 0) frames_[index(r.frame)].lazy = true;
        break;
      case SystemCall::kFork: {
        Range& child = at(1, range);
        child = r;
        if (setup_.shared_mapping || r.frame < 0 || mistake_ == Mistake::kForkShares) break;
        child.frame = allocate(contentsOf(r, range));
        // What a device has written is not marked yet; as fork() in the kernel, do not rely on it.
        frames_[index(child.frame)].lazy =
            frames_[index(r.frame)].lazy && frames_[index(r.frame)].pins == 0;
        break;
      }
      case SystemCall::kMremap:
        at(1, range) = r;
        if (mistake_ == Mistake::kMremapKeepsOld) break;
        r = {};
        for (Actor& other : actors_)
          if (other.pinned[range] == at(1, range).frame) other.pin_space[range] = 1;
        break;
      case SystemCall::kClearRefs:
        r.soft_dirty = false;
        break;
      case SystemCall::kWriteProtect:
        r.uffd_wp = true;
        break;
      case SystemCall::kWriteback:
      case SystemCall::kUnmapFolio:
        break;
    }
  }
  void finish(unsigned number) {
    Actor& actor = actors_[number];
    const bool late = mistake_ == Mistake::kActsLate && actor.call != SystemCall::kFork &&
                      actor.call != SystemCall::kMremap;
    if (late && !actor.acted)
      late_.push_back(actor);
    else
      act(actor);
    tellCall(number, EventKind::kReturns);
    if (actor.call == SystemCall::kFork) forking_ = false;
    actor.calls = false;
  }
  void lateAct() {
    for (Actor& actor : late_) act(actor);
    late_.clear();
  }

  HistorySetup setup_;
  Mistake mistake_;
  std::mt19937 random_;
  std::vector<Event>* events_ = nullptr;
  Range ranges_[kMaxSpaces][kMaxRanges];
  Frame frames_[kMaxFrames];
  unsigned used_ = 0;
  Contents next_ = kFirstWrite;
  Contents storage_[kMaxRanges] = {};
  Actor actors_[kMaxActors];
  std::vector<Actor> late_;
  bool moved_ = false, forking_ = false;
};

}  // namespace ptecheck::machine

#endif
