// SPDX-License-Identifier: GPL-2.0-only
#include "spec/history.h"
#include "spec/history_verdict.h"

namespace ptecheck {

namespace {

using spec_detail::contentsSetText;
using spec_detail::contentsText;
using spec_detail::locationText;
using spec_detail::Verdict;

class Resting {
 public:
  Resting(const HistorySetup& setup, const History& history, const AtRest& rest, Verdict& verdict)
      : setup_(setup), h_(history), rest_(rest), verdict_(verdict) {}

  void run() {
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned range = 0; range < setup_.pages; ++range) {
        const History::Location& location = h_.at[space * kMaxRanges + range];
        const RangeAtRest& now = rest_.ranges[space][range];
        if (location.may != 0) contents(location, now, space, range);
        if (location.is(History::kGone) && now.present)
          verdict_.breaks(Rule::kStaleTlb, [&] {
            return locationText(space, range) +
                   " still has an entry, although the call that unmapped or moved it has returned";
          });
        if (now.mapped && !location.is(History::kGone)) entry(location, now, space, range);
      }
    for (unsigned frame = 0; frame < kMaxFrames; ++frame) mappings(frame);
    for (unsigned frame = 0; frame < kMaxFrames; ++frame) references(frame);
  }

 private:
  static std::string frameText(unsigned frame) { return "page frame " + std::to_string(frame); }

  void contents(const History::Location& location, const RangeAtRest& now, unsigned space,
                unsigned range) {
    const bool exists = now.mapped && !location.is(History::kGone);
    if (!exists && !setup_.shared_mapping) return;
    if (exists && !(location.may & contentsBit(now.seen)))
      verdict_.breaks(Rule::kContents, [&] {
        return "at the end " + locationText(space, range) + " reads as " + contentsText(now.seen) +
               ", where " + contentsSetText(location.may) + " must be";
      });
    // Reclaim may drop a lazyfree page; else nobody notices it.
    const ContentsSet kept =
        exists && !location.is(History::kLazy) ? contentsBit(now.seen) : location.may;
    if (!(kept & contentsBit(now.if_reclaimed)))
      verdict_.breaks(Rule::kDirtyLost, [&] {
        return "if " + locationText(space, range) + " is reclaimed it will read as " +
               contentsText(now.if_reclaimed) + ", not " + contentsSetText(kept);
      });
  }

  void entry(const History::Location& location, const RangeAtRest& now, unsigned space,
             unsigned range) {
    if (location.is(History::kReadOnly) && now.writable)
      verdict_.breaks(Rule::kWriteGained, [&] {
        return locationText(space, range) +
               " has a writable entry, although mprotect(PROT_READ) has returned";
      });
    if (location.is(History::kSoftDue) && !now.soft_dirty)
      verdict_.breaks(Rule::kSoftDirtyLost, [&] {
        return locationText(space, range) +
               " was stored to after clear_refs returned, and is not soft-dirty";
      });
    if (location.is(History::kWpDue) && now.uffd_wp)
      verdict_.breaks(Rule::kUffdWpChanged, [&] {
        return locationText(space, range) +
               " was stored to after write protection returned, and still has the uffd-wp bit";
      });
  }

  void mappings(unsigned number) {
    const FrameAtRest& frame = rest_.frames[number];
    unsigned mapped = 0, writable = 0;
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned range = 0; range < setup_.pages; ++range) {
        const RangeAtRest& now = rest_.ranges[space][range];
        if (!now.present || now.frame != number) continue;
        ++mapped;
        writable += now.writable;
        if (frame.anonymous && now.writable && !frame.exclusive)
          verdict_.breaks(Rule::kExclusiveBroken, [&] {
            return locationText(space, range) + " may be written, and its " + frameText(number) +
                   " is not exclusive";
          });
      }
    if (frame.anonymous && mapped > 1 && frame.exclusive)
      verdict_.breaks(Rule::kExclusiveBroken, [&] {
        return frameText(number) + " is exclusive, and mapped " + std::to_string(mapped) + " times";
      });
    if (frame.anonymous && mapped > 1 && writable != 0)
      verdict_.breaks(Rule::kWriteGained, [&] {
        return frameText(number) + " is anonymous, mapped " + std::to_string(mapped) +
               " times, and may be written";
      });
    if (mapped != 0 && !frame.in_use)
      verdict_.breaks(Rule::kAccounting,
                      [&] { return frameText(number) + " was freed, and is mapped"; });
    if (mapped != frame.mapcount)
      verdict_.breaks(Rule::kAccounting, [&] {
        return frameText(number) + " has mapcount " + std::to_string(frame.mapcount) +
               ", and is mapped " + std::to_string(mapped) + (mapped == 1 ? " time" : " times");
      });
  }

  // The first frames are one folio, and its references are those of frame 0.
  void references(unsigned number) {
    const FrameAtRest& frame = rest_.frames[number];
    if (frame.refs != frame.owners)
      verdict_.breaks(Rule::kAccounting, [&] {
        return frameText(number) + " has " + std::to_string(frame.refs) +
               " references beyond its mappings, and " + std::to_string(frame.owners) +
               " owners of them";
      });
    if (number != 0 && number < setup_.pages) return;
    bool in_use = false, needed = false;
    for (unsigned i = number; i < (number == 0 ? setup_.pages : number + 1); ++i) {
      in_use = in_use || rest_.frames[i].in_use;
      needed = needed || rest_.frames[i].mapcount != 0 || rest_.frames[i].refs != 0;
    }
    if (in_use && !needed)
      verdict_.breaks(Rule::kAccounting, [&] {
        return frameText(number) + " is neither mapped nor referenced, and was not freed";
      });
  }

  const HistorySetup& setup_;
  const History& h_;
  const AtRest& rest_;
  Verdict& verdict_;
};

}  // namespace

RuleSet judgeAtRest(const HistorySetup& setup, const History& history, const AtRest& rest) {
  Verdict verdict;
  Resting(setup, history, rest, verdict).run();
  return verdict.broken();
}

std::string explainAtRest(const HistorySetup& setup, const History& history, const AtRest& rest,
                          Rule rule) {
  Verdict verdict(rule);
  Resting(setup, history, rest, verdict).run();
  return verdict.sentence();
}

}  // namespace ptecheck
