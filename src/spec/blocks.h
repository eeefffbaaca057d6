// SPDX-License-Identifier: GPL-2.0-only
//
// Contiguous blocks (arm64): 16 entries that hardware may take as one. Two things follow for the
// judge.
//
// Raw entries of a block are not what the kernel goes by. Accessed and dirty may be noted in any of
// them, and the hint itself, which comes and goes, means nothing to anyone above the architecture's
// code. So all other rules look at a *gathered* outcome: without hints, accessed and dirty ORed
// over each block. An entry that became accessed or dirty only because its block was folded counts
// as unchanged; losses do not.
//
// A block that is not whole is a fault of its own, whatever its single entries say (the rule
// block-broken): the processor may use a translation it found in any of the 16 for all.
//
// Other formats have no blocks, and nothing here costs them anything.
#ifndef PTECHECK_SPEC_BLOCKS_H
#define PTECHECK_SPEC_BLOCKS_H

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "scenario/flat.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

template <class F>
bool isMarked(typename F::Word pte) {
  if constexpr (F::kContiguous > 1) return F::pte_valid_cont(pte);
  return false;
}

// The pages of a folio whose entries share `page`'s aligned place for a block: [from, to), clipped
// to the folio.
struct Place {
  unsigned from, to;
  bool whole;  // all of it is in the folio
};
template <class F>
Place placeOf(const Scenario& s, unsigned page) {
  const unsigned slot = scenarioFirstSlot(&s) + page, before = slot % F::kContiguous;
  const unsigned end = page - before + F::kContiguous;
  return {page < before ? 0 : page - before, std::min<unsigned>(end, s.pages),
          page >= before && end <= s.pages};
}

// How many entries were part of a block before the operation.
template <class F>
unsigned markedBefore(const Scenario& s, const Outcome& o) {
  unsigned marked = 0;
  if constexpr (F::kContiguous > 1)
    for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
      marked += isMarked<F>(o.entry[i].before);
  return marked;
}

// An outcome as all rules but block-broken see it. Refers to the outcome it was made of, unless
// that has blocks.
template <class F>
class Gathered {
 public:
  Gathered(const Scenario& s, const Outcome& o) : outcome_(&o) {
    if constexpr (F::kContiguous > 1) {
      if (!anyMarked(s, o)) return;
      copy_.reset(new Outcome);
      const std::size_t processes = std::max<std::size_t>(s.processes, o.processes);
      std::memcpy(static_cast<void*>(copy_.get()), &o,
                  outcomeBytes(std::min<std::size_t>(processes, MAX_PROCESSES), s.pages));
      for (unsigned p = 0; p < s.processes; ++p) gatherProcess(s, o, p);
      for (unsigned p = 0; p < processes && p < MAX_PROCESSES; ++p) gatherEnd(s, o, p);
      outcome_ = copy_.get();
    }
  }

  const Outcome& operator*() const { return *outcome_; }

 private:
  using Word = typename F::Word;

  static bool anyMarked(const Scenario& s, const Outcome& o) {
    const unsigned at_first = unsigned{s.processes} * s.pages;
    for (unsigned i = 0; i < at_first; ++i)
      if (isMarked<F>(o.entry[i].before) || isMarked<F>(o.entry[i].after) ||
          isMarked<F>(o.entry[i].end))
        return true;
    // A child may be the only one to have blocks.
    const unsigned at_end = std::min<unsigned>(o.processes, MAX_PROCESSES) * s.pages;
    for (unsigned i = at_first; i < at_end; ++i)
      if (isMarked<F>(o.entry[i].end)) return true;
    return false;
  }

  void gatherProcess(const Scenario& s, const Outcome& o, unsigned process) {
    const EntryResult* raw = o.entry + std::size_t{process} * s.pages;
    EntryResult* seen = copy_->entry + std::size_t{process} * s.pages;
    for (unsigned page = 0; page < s.pages; ++page) {
      const EntryResult& e = raw[page];
      if (isMarked<F>(e.before)) seen[page].before = gather(s, raw, page, &EntryResult::before);
      if (!isMarked<F>(e.after)) continue;
      seen[page].after = gather(s, raw, page, &EntryResult::after);
      if (!isMarked<F>(e.before) && onlyGained(e.before, seen[page].after))
        seen[page].after = e.before;
    }
  }

  void gatherEnd(const Scenario& s, const Outcome& o, unsigned process) {
    const EntryResult* raw = o.entry + std::size_t{process} * s.pages;
    EntryResult* seen = copy_->entry + std::size_t{process} * s.pages;
    for (unsigned page = 0; page < s.pages; ++page)
      if (isMarked<F>(raw[page].end)) seen[page].end = gather(s, raw, page, &EntryResult::end);
  }

  static Word gather(const Scenario& s, const EntryResult* raw, unsigned page,
                     unsigned long long EntryResult::*side) {
    Word pte = F::pte_mknoncont(raw[page].*side);
    const Place place = placeOf<F>(s, page);
    for (unsigned i = place.from; i < place.to; ++i) {
      if (F::pte_dirty(raw[i].*side)) pte = F::pte_mkdirty(pte);
      if (F::pte_young(raw[i].*side)) pte = F::pte_mkyoung(pte);
    }
    return pte;
  }

  // Do two entries differ in nothing but that the second is accessed, or dirty, too?
  static bool onlyGained(Word before, Word after) {
    return F::pte_mkold(F::pte_mkclean(before)) == F::pte_mkold(F::pte_mkclean(after)) &&
           (!F::pte_young(before) || F::pte_young(after)) &&
           (!F::pte_dirty(before) || F::pte_dirty(after));
  }

  const Outcome* outcome_;
  std::unique_ptr<Outcome> copy_;
};

// The rule block-broken. All 16 entries of a place are marked or none is; marked ones map
// consecutive page frames, the first aligned, and are equal but for accessed and dirty.
template <class F, class Sink>
void inspectBlocks(const Scenario& s, const Outcome& o, Sink& sink) {
  if constexpr (F::kContiguous > 1) {
    for (unsigned process = 0; process < s.processes; ++process) {
      const EntryResult* entries = o.entry + std::size_t{process} * s.pages;
      for (unsigned page = 0; page < s.pages; ++page) {
        if (!isMarked<F>(entries[page].after)) continue;
        const Place place = placeOf<F>(s, page);
        const auto first = F::pte_mkold(F::pte_mkclean(entries[place.from].after));
        bool good = place.whole && F::pte_pfn(first) % F::kContiguous == 0;
        for (unsigned i = place.from; i < place.to; ++i)
          good = good && isMarked<F>(entries[i].after) &&
                 F::pte_mkold(F::pte_mkclean(entries[i].after)) ==
                     F::pte_advance_pfn(first, i - place.from);
        if (!good) sink(Rule::kBlockBroken, Reason::kBlock, process, page);
        page = place.to - 1;  // one word a block
      }
    }
  }
}

}  // namespace ptecheck::spec_detail

#endif
