// SPDX-License-Identifier: GPL-2.0-only
//
// The rule `contents` in every case but plain reclaim (contents.h has that one, and says what two
// expected values mean). What is added:
//
//   - Places without a page of the folio in a VMA of a file show the file: the folio's own page if
//     it is the file's, and a foreign one if it is anonymous.
//   - A process either follows the file (and reads what anybody wrote through a shared mapping) or
//     has a page of its own, from its first private write on.
//   - Migration and swapping move contents along, so that those steps change nothing.
//   - What a guest does not use (pte_unused()) reads as before or as a fresh page; broken memory is
//     not read at all.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "spec/cases.h"
#include "spec/contents.h"

namespace ptecheck::spec_detail {

namespace {

struct Place {
  Expected own;   // unless `follows`
  bool follows;   // the file
  bool may_wait;  // a write waits for a userfaultfd handler, who may or may not let it through
  unsigned vma;   // flags
};

class Contents {
 public:
  Contents(const Scenario& s, const Outcome& o, const FormatFacts& format)
      : s_(s),
        o_(o),
        format_(format),
        file_((o.folio_flags_before & FOLIO_FILE) != 0),
        lazyfree_(!file_ && !(o.folio_flags_before & FOLIO_SWAPBACKED)),
        pages_of_file_(s.pages),
        places_(std::size_t{s.processes} * s.pages) {
    for (unsigned page = 0; page < s.pages; ++page)
      pages_of_file_[page] = {seenValue(SEEN_ORIGINAL, page), seenValue(SEEN_ORIGINAL, page)};
    for (unsigned p = 0; p < s.processes; ++p)
      for (unsigned page = 0; page < s.pages; ++page)
        places_[std::size_t{p} * s.pages + page] = atFirst(p, page);
  }

  // False if the subject stopped in between.
  bool step(const Step& step) {
    const unsigned processes = processCount();
    if (step.action == STEP_FORK) {
      if (processes >= o_.processes || processes >= MAX_PROCESSES) return false;
      for (unsigned page = 0; page < s_.pages; ++page) {
        Place child = places_[std::size_t{step.process} * s_.pages + page];
        child.may_wait = false;  // fork takes userfaultfd away from the child
        if (child.vma & VMA_DROPPABLE) child.own.alternative = SEEN_ZERO;  // VM_WIPEONFORK
        places_.push_back(child);
      }
    } else if (step.action == STEP_UNREGISTER && step.process < processes) {
      for (unsigned page = 0; page < s_.pages; ++page)  // nobody is waited for
        places_[std::size_t{step.process} * s_.pages + page].may_wait = false;
    } else if (step.action == STEP_WRITE && step.process < processes) {
      const unsigned first = step.page == ALL_PAGES ? 0 : step.page;
      const unsigned end = step.page == ALL_PAGES ? s_.pages : first + 1U;
      for (unsigned page = first; page < end && page < s_.pages; ++page) write(step.process, page);
    }
    return true;
  }

  void compare(Records& records) const {
    for (unsigned p = 0; p < processCount(); ++p)
      for (unsigned page = 0; page < s_.pages; ++page) {
        const std::size_t i = std::size_t{p} * s_.pages + page;
        const Expected expected = places_[i].follows ? pages_of_file_[page] : places_[i].own;
        if (!agrees(expected, o_.entry[i].seen) &&
            // A private write that may have waited: then the place still follows the file.
            !(places_[i].may_wait && file_ && agrees(pages_of_file_[page], o_.entry[i].seen)))
          records.push_back({Rule::kContents, Reason::kSeen, p, page, expected.value});
      }
  }

 private:
  unsigned processCount() const { return static_cast<unsigned>(places_.size() / s_.pages); }

  static Expected both(unsigned value) {
    return {static_cast<std::uint16_t>(value), static_cast<std::uint16_t>(value)};
  }

  Place atFirst(unsigned p, unsigned page) const {
    const std::size_t i = std::size_t{p} * s_.pages + page;
    const unsigned asked = s_.entry[i], vma = vmaFlagsAt(s_, p, page);
    const unsigned original = seenValue(SEEN_ORIGINAL, page);
    const Reading before = format_.read(o_.entry[i].before),
                  after = format_.read(o_.entry[i].after);
    Place place{both(SEEN_FAULT), false, after.uffd_wp && (vma & VMA_UFFD_WP), vma};
    const bool unused = before.unused && !(vma & VMA_UFFD_WP);
    if (asked & (ENTRY_OTHER | ENTRY_SWAPPED)) return place;
    if (file_ && (after.form != EntryForm::kHwpoison)) {
      place.follows = true;
    } else if (after.form == EntryForm::kHwpoison) {
      return place;
    } else if (!entryMaps(asked) && !(asked & ENTRY_SWAP)) {
      if (!(vma & VMA_FILE)) place.own = both(SEEN_ZERO);
    } else if (after.form == EntryForm::kNone && (unused || lazyfree_)) {
      const bool may_go = unused || (vma & VMA_DROPPABLE) ||
                          (!before.dirty && !(o_.folio_flags_before & FOLIO_DIRTY));
      // In a private mapping of a file, the file's page shows, of which nothing is known.
      const unsigned fresh = vma & VMA_FILE ? unsigned{SEEN_FAULT} : unsigned{SEEN_ZERO};
      place.own = both(original);
      if (may_go && fresh == SEEN_FAULT) place.own = both(SEEN_FAULT);
      if (may_go) place.own.alternative = static_cast<std::uint16_t>(fresh);
    } else {
      place.own = both(original);
    }
    return place;
  }

  void write(unsigned p, unsigned page) {
    Place& place = places_[std::size_t{p} * s_.pages + page];
    const auto written = static_cast<std::uint16_t>(((SEEN_WRITER + p) << SEEN_SHIFT) | page);
    if (place.follows && (place.vma & VMA_SHARED)) {
      Expected& shared = pages_of_file_[page];
      if (!place.may_wait) shared.value = written;
      shared.alternative = written;
      return;
    }
    // The first private write to a file's page makes a page of one's own.
    if (place.follows) place.own = pages_of_file_[page];
    place.follows = false;
    if (!place.may_wait) place.own.value = written;
    place.own.alternative = written;
  }

  const Scenario& s_;
  const Outcome& o_;
  const FormatFacts& format_;
  const bool file_, lazyfree_;
  std::vector<Expected> pages_of_file_;
  std::vector<Place> places_;  // [process * pages + page]
};

}  // namespace

void inspectCaseContents(const Scenario& s, const Outcome& o, const FormatFacts& format,
                         Records& records) {
  Contents contents(s, o, format);
  for (unsigned i = 0; i < s.steps; ++i)
    if (!contents.step(s.step[i])) break;
  contents.compare(records);
}

}  // namespace ptecheck::spec_detail
