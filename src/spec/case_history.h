// SPDX-License-Identifier: GPL-2.0-only
//
// What steps do to each place of a scenario, without regard to what a subject made of it: whose
// entry it was when the operation had returned (a child's was its parent's), whether it was forked,
// read, written to, whether swapoff met it, and whether userfaultfd let go of its VMA. From that
// follows what its entry may be now, which case_end.cc judges.
#ifndef PTECHECK_SPEC_CASE_HISTORY_H
#define PTECHECK_SPEC_CASE_HISTORY_H

#include <cstddef>
#include <vector>

#include "scenario/flat.h"
#include "spec/reading.h"

namespace ptecheck::spec_detail {

struct History {
  unsigned origin;  // the process whose `after` it was
  bool child = false;
  bool forked = false;
  bool met_fork = false;  // forked, or copied by fork
  bool copied = false;    // by fork, as the page was pinned
  bool touched = false;
  bool written = false;
  bool swapped_in = false;  // an access or swapoff met it
  bool released = false;    // userfaultfd let go of its VMA
};

// Of all places, after all steps.
class Histories {
 public:
  // `outcome`: read as the operation left it.
  Histories(const Scenario& scenario, const Outcome& outcome, const FormatFacts& format);

  unsigned processes() const { return static_cast<unsigned>(places_.size() / s_.pages); }
  const History& of(unsigned process, unsigned page) const {
    return places_[std::size_t{process} * s_.pages + page];
  }
  // The flags of the VMA that the place is in now.
  unsigned vmaOf(const History& history, unsigned page) const;
  bool migrationEnded() const { return ended_; }
  bool moved() const { return moved_; }

 private:
  void replay(const Step& step);
  void fork(unsigned process);
  bool maybeExclusive(const History& history, unsigned page) const;

  const Scenario& s_;
  const Outcome& o_;
  const FormatFacts& format_;
  bool ended_ = false, moved_ = false;
  std::vector<History> places_;  // [process * pages + page]
};

}  // namespace ptecheck::spec_detail

#endif
