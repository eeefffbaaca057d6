// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas about single changes of present entries, three families:
//
//   CHANGE-does/WHAT            what is set can be got, what is cleared is gone
//   CHANGE-keeps/WHAT[-gained|-lost]   nothing else that can be observed changes
//   CHANGE-keeps/well-formed    the invariant of well_formed.h is inductive
#ifndef PTECHECK_PROVE_LEMMAS_CHANGE_H
#define PTECHECK_PROVE_LEMMAS_CHANGE_H

#include <string>
#include <vector>

#include "prove/changes.h"

namespace ptecheck {

template <class H, class C, class O>
struct ChangeLemma {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static Word result(const H& h, const Word* w) { return C::apply(h, w); }
  static Bool before(const H& h, const Word* w) { return O::of(h, w[0]); }
  static Bool after(const H& h, const Word* w) { return O::of(h, result(h, w)); }

  static Bool notGained(const H& h, const Word* w) { return implies(after(h, w), before(h, w)); }
  static Bool notLost(const H& h, const Word* w) { return implies(before(h, w), after(h, w)); }
  static Bool same(const H& h, const Word* w) { return agree(before(h, w), after(h, w)); }
  static Bool isSet(const H& h, const Word* w) { return after(h, w); }
  static Bool isClear(const H& h, const Word* w) { return !after(h, w); }

  static bool exists(const H& h) { return C::exists(h) && O::exists(h); }
};

template <class H, class C, class O>
void addKeeps(std::vector<Lemma<H>>* all) {
  using L = ChangeLemma<H, C, O>;
  if constexpr (!C::template intends<O>(Way::kGained) && !C::template kIsBefore<O>)
    addLemma<H>(all, {C::kName, "-keeps/", O::kName, "-gained"},
                {C::kCall, " gives ", O::kName, " to no entry"}, {O::kGained.text},
                O::kGained.severity, C::kWords, 1, L::exists, C::premise, L::notGained, L::result);
  if constexpr (!C::template intends<O>(Way::kLost) && !C::template kIsNotBefore<O>)
    addLemma<H>(all, {C::kName, "-keeps/", O::kName, "-lost"},
                {C::kCall, " takes ", O::kName, " from no entry"}, {O::kLost.text},
                O::kLost.severity, C::kWords, 1, L::exists, C::premise, L::notLost, L::result);
}

template <class H, class C>
struct PfnLemma {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return h.pte_pfn(C::apply(h, w)) == h.pte_pfn(w[0]) + C::pages(h, w);
  }
};

template <class H, class C>
struct WellFormedLemma {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return h.well_formed(C::apply(h, w));
  }
};

template <class H, class C>
void addChange(std::vector<Lemma<H>>* all) {
  forEachObserver([all]<class O>(O) { addKeeps<H, C, O>(all); });
  addLemma<H>(all, {C::kName, "-keeps/pfn"}, {C::kCall, " leads to the page frame that it should"},
              {"another page is mapped: contents of others are read and written"},
              Severity::kBroken, C::kWords, 1, C::template exists<H>, C::template premise<H>,
              PfnLemma<H, C>::conclusion, C::template apply<H>);
  addLemma<H>(all, {C::kName, "-keeps/well-formed"},
              {C::kCall, " keeps the invariant of well-formed entries"},
              {"what is proved of well-formed entries says nothing about all entries"},
              Severity::kBroken, C::kWords, 1, C::template exists<H>, C::template premise<H>,
              WellFormedLemma<H, C>::conclusion, C::template apply<H>);
}

// `C` is there to set (or to clear) `O`.
template <class H, class C, class O>
void addDoes(bool sets, std::vector<Lemma<H>>* all) {
  using L = ChangeLemma<H, C, O>;
  const Consequence& consequence = sets ? O::kLost : O::kGained;
  addLemma<H>(all, {C::kName, "-does/", O::kName},
              {"after ", C::kCall, " an entry has ", sets ? "" : "no ", O::kName},
              {consequence.text}, consequence.severity, C::kWords, 1, L::exists,
              C::template premise<H>, sets ? L::isSet : L::isClear, L::result);
}

template <class H>
void addChangeLemmas(std::vector<Lemma<H>>* all) {
  addDoes<H, Wrprotect, ObserveWrite>(false, all);
  addDoes<H, Mkdirty, ObserveDirty>(true, all);
  addDoes<H, Mkdirty, ObserveSoftDirty>(true, all);
  addDoes<H, Mkclean, ObserveDirty>(false, all);
  addDoes<H, Mkyoung, ObserveYoung>(true, all);
  addDoes<H, Mkold, ObserveYoung>(false, all);
  addDoes<H, MksoftDirty, ObserveSoftDirty>(true, all);
  addDoes<H, ClearSoftDirty, ObserveSoftDirty>(false, all);
  addDoes<H, MkuffdWp, ObserveUffdWp>(true, all);
  addDoes<H, MkuffdWp, ObserveWrite>(false, all);
  addDoes<H, ClearUffdWp, ObserveUffdWp>(false, all);
  addDoes<H, Mkspecial, ObserveSpecial>(true, all);
  addDoes<H, Mkwrite, ObserveWrite>(true, all);
  addDoes<H, MkwriteShadowStack, ObserveShadowStack>(true, all);
  addDoes<H, MkwriteShadowStack, ObserveWrite>(true, all);
  addDoes<H, ModifyNone, ObserveProtnone>(true, all);
  addDoes<H, ModifyNone, ObserveAccessible>(false, all);
  addDoes<H, ModifyReadonly, ObserveProtnone>(false, all);
  addDoes<H, ModifyShared, ObserveWrite>(true, all);
  addDoes<H, HardwareReads, ObserveYoung>(true, all);
  addDoes<H, HardwareWrites, ObserveDirty>(true, all);
  forEachChange([all]<class C>(C) { addChange<H, C>(all); });
}

}  // namespace ptecheck

#endif
