// SPDX-License-Identifier: GPL-2.0-only
#include "check/difference.h"

#include <cstdio>

#include "scenario/hex.h"

namespace ptecheck {

namespace {

// Keeps the first difference it meets.
class Comparison {
 public:
  const std::optional<Difference>& difference() const { return difference_; }

  void number(const std::string& where, const char* what, long long model, long long tree) {
    if (model != tree) note(where, what, std::to_string(model), std::to_string(tree));
  }
  void bits(const std::string& where, const char* what, unsigned long long model,
            unsigned long long tree) {
    if (model != tree) note(where, what, hex(model), hex(tree));
  }

 private:
  void note(const std::string& where, const char* what, const std::string& model,
            const std::string& tree) {
    if (difference_) return;
    difference_ = Difference{
        what, where + (where.empty() ? "" : ", ") + what + ": model " + model + ", tree " + tree};
  }

  std::optional<Difference> difference_;
};

std::string place(unsigned process, const std::string& what) {
  return std::string(1, static_cast<char>('A' + process)) + " " + what;
}

// Is what the steps leave comparable? A tree does not fork, and handles no fault.
bool bothEnded(const Scenario& s, const Outcome& model, const Outcome& tree) {
  return model.steps_done == s.steps && tree.steps_done == s.steps;
}

// Without steps both always know what is seen, or that nobody does.
bool sameSeen(const Scenario& s, bool ended, const EntryResult& model, const EntryResult& tree) {
  if (model.seen == tree.seen) return true;
  if (s.steps == 0) return false;
  return !ended || model.seen == SEEN_FAULT || tree.seen == SEEN_FAULT;
}

}  // namespace

std::optional<Difference> firstDifference(const Scenario& s, const Outcome& model,
                                          const Outcome& tree) {
  Comparison c;
  if (model.status != tree.status)
    return Difference{"status", "status: model " + std::to_string(model.status) + ", tree " +
                                    std::to_string(tree.status) + " (" + tree.message + ")"};
  const bool ended = bothEnded(s, model, tree);
  const unsigned char flags = PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER;
  // Entry by entry first: that is what a reader looks at.
  for (unsigned process = 0; process < s.processes; ++process) {
    for (unsigned page = 0; page < s.pages; ++page) {
      const EntryResult& m = model.entry[process * s.pages + page];
      const EntryResult& t = tree.entry[process * s.pages + page];
      if (m.before == t.before && m.after == t.after &&
          ((m.page_flags ^ t.page_flags) & flags) == 0 && m.swap_count == t.swap_count &&
          sameSeen(s, ended, m, t) &&
          (!ended || (m.end == t.end && m.faults == t.faults &&
                      ((m.page_flags ^ t.page_flags) & PAGE_EXCLUSIVE_END) == 0)))
        continue;
      const std::string where = place(process, "page " + std::to_string(page));
      c.bits(where, "entry before", m.before, t.before);
      c.bits(where, "entry after", m.after, t.after);
      c.bits(where, "PageAnonExclusive", m.page_flags & flags, t.page_flags & flags);
      c.number(where, "swap count", m.swap_count, t.swap_count);
      if (ended) {
        c.bits(where, "entry after the steps", m.end, t.end);
        c.bits(where, "PageAnonExclusive after the steps", m.page_flags & PAGE_EXCLUSIVE_END,
               t.page_flags & PAGE_EXCLUSIVE_END);
        c.number(where, "faults", m.faults, t.faults);
      }
      if (!sameSeen(s, ended, m, t)) c.bits(where, "seen", m.seen, t.seen);
    }
    for (unsigned side = 0; side < 2; ++side) {
      const std::string where = place(process, side == 0 ? "before the folio" : "behind the folio");
      c.bits(where, "neighbour at the start", model.neighbour_before[process][side],
             tree.neighbour_before[process][side]);
      c.bits(where, "neighbour at the end", model.neighbour_after[process][side],
             tree.neighbour_after[process][side]);
    }
    static constexpr const char* kKinds[RSS_KINDS] = {"MM_ANONPAGES", "MM_FILEPAGES",
                                                      "MM_SHMEMPAGES", "MM_SWAPENTS"};
    static constexpr const char* kKindsAtEnd[RSS_KINDS] = {
        "MM_ANONPAGES after the steps", "MM_FILEPAGES after the steps",
        "MM_SHMEMPAGES after the steps", "MM_SWAPENTS after the steps"};
    const std::string where = place(process, "as a whole");
    for (unsigned kind = 0; kind < RSS_KINDS; ++kind)
      c.number(where, kKinds[kind], model.rss[process][kind], tree.rss[process][kind]);
    c.number(where, "deferred flushes", model.flush_batched[process], tree.flush_batched[process]);
    if (!ended) continue;
    for (unsigned kind = 0; kind < RSS_KINDS; ++kind)
      c.number(where, kKindsAtEnd[kind], model.rss_end[process][kind], tree.rss_end[process][kind]);
  }
  c.number("", "mapcount before", model.mapcount_before, tree.mapcount_before);
  c.number("", "mapcount", model.mapcount, tree.mapcount);
  if (ended) c.number("", "mapcount after the steps", model.mapcount_end, tree.mapcount_end);
  c.number("", "refcount before", model.refcount_before, tree.refcount_before);
  c.number("", "refcount", model.refcount, tree.refcount);
  c.bits("", "folio flags before", model.folio_flags_before, tree.folio_flags_before);
  c.bits("", "folio flags", model.folio_flags, tree.folio_flags);
  c.number("", "unmapped", model.unmapped, tree.unmapped);
  c.number("", "event fired", model.event_fired, tree.event_fired);
  c.number("", "TLB flushes", model.flushes, tree.flushes);
  c.number("", "pages flushed", model.flushed_pages, tree.flushed_pages);
  c.number("", "flush pending", model.flush_pending, tree.flush_pending);
  c.number("", "flush pending, writable", model.flush_pending_writable,
           tree.flush_pending_writable);
  c.number("", "warnings", model.warnings, tree.warnings);
  c.number("", "entries touched outside", model.outside, tree.outside);
  return c.difference();
}

}  // namespace ptecheck
