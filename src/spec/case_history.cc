// SPDX-License-Identifier: GPL-2.0-only
#include "spec/case_history.h"

#include "spec/cases.h"

namespace ptecheck::spec_detail {

Histories::Histories(const Scenario& scenario, const Outcome& outcome, const FormatFacts& format)
    : s_(scenario), o_(outcome), format_(format) {
  for (unsigned p = 0; p < s_.processes; ++p)
    for (unsigned page = 0; page < s_.pages; ++page) places_.push_back({.origin = p});
  for (unsigned i = 0; i < s_.steps; ++i) replay(s_.step[i]);
}

unsigned Histories::vmaOf(const History& h, unsigned page) const {
  const unsigned flags = vmaFlagsAt(s_, h.origin, page);
  return h.child || h.released ? flags & ~unsigned{VMA_UFFD_WP} : flags;
}

void Histories::replay(const Step& step) {
  const unsigned pages = s_.pages;
  switch (step.action) {
    case STEP_FORK:
      fork(step.process);
      break;
    case STEP_READ:
    case STEP_WRITE:
      for (unsigned page = 0; page < pages; ++page) {
        if (step.page != ALL_PAGES && step.page != page) continue;
        History& h = places_[std::size_t{step.process} * pages + page];
        h.touched = h.swapped_in = true;
        h.written = h.written || step.action == STEP_WRITE;
      }
      break;
    case STEP_UNREGISTER:
      for (unsigned page = 0; page < pages; ++page) {
        History& h = places_[std::size_t{step.process} * pages + page];
        h.released = h.released || (vmaOf(h, page) & VMA_UFFD_WP);
      }
      break;
    case STEP_SWAPOFF:
      for (History& h : places_) h.swapped_in = true;
      break;
    default:
      ended_ = true;
      moved_ = step.action == STEP_MIGRATED;
      break;
  }
}

void Histories::fork(unsigned process) {
  for (unsigned page = 0; page < s_.pages; ++page) {
    History& parent = places_[std::size_t{process} * s_.pages + page];
    const bool copied = s_.pins != 0 && maybeExclusive(parent, page);
    parent.forked = parent.forked || !copied;
    parent.met_fork = true;
    History child = parent;
    child.child = true;
    child.copied = child.copied || copied;
    places_.push_back(child);
  }
}

// At this step: since the operation, or by an access or swapoff in between.
bool Histories::maybeExclusive(const History& h, unsigned page) const {
  const EntryResult& e = o_.entry[std::size_t{h.origin} * s_.pages + page];
  return (e.page_flags & PAGE_EXCLUSIVE_AFTER) || h.written ||
         (h.swapped_in && !h.forked && format_.read(e.after).exclusive);
}

}  // namespace ptecheck::spec_detail
