// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas about batch detection: what it may conclude from "equal after normalisation".
//
//   batch-FLAGS/WHAT     entries that folio_pte_batch_flags() takes together are equal in WHAT
//   advance-...          what set_ptes() relies on
//
// The combinations of FPB_RESPECT_* are those that the kernel's callers use (6.9 to 7.0); MERGE
// flags do not change the comparison:
//
//   none              zap, mlock, madvise; 6.15 unmapping (IGNORE_DIRTY | IGNORE_SOFT_DIRTY)
//   dirty             fork of private mappings, soft-dirty tracking off
//   soft              fork of shared mappings, tracking on
//   dirty-soft        fork of private mappings, tracking on
//   write             mremap
//   write-soft        mprotect; unmapping, after the repair of CVE-2026-31398
#ifndef PTECHECK_PROVE_LEMMAS_BATCH_H
#define PTECHECK_PROVE_LEMMAS_BATCH_H

#include <string>
#include <vector>

#include "prove/changes.h"
#include "pte/batch.h"

namespace ptecheck {

// Words: an entry, another that is said to map the page words[2] further on, the distance.
template <class H, unsigned kFlags>
struct BatchLemma {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static bool exists(const H& h) {
    return h.can_respect(kFlags) && (!(kFlags & FPB_RESPECT_SOFT_DIRTY) || h.has_soft_dirty());
  }
  static Bool premise(const H& h, const Word* w) {
    return h.pte_present(w[0]) && h.pte_present(w[1]) && within(w[2], AdvancePfn::kMostPages) &&
           within(h.pte_pfn(w[0]) + w[2], h.pfn_mask()) &&
           h.pte_advance_pfn(h.batch_clear_ignored(w[0], kFlags), w[2]) ==
               h.batch_clear_ignored(w[1], kFlags);
  }
  static Bool samePage(const H& h, const Word* w) {
    return h.pte_pfn(w[1]) == h.pte_pfn(w[0]) + w[2];
  }
};

template <class H, unsigned kFlags, class O>
struct BatchAgrees {
  static bool exists(const H& h) { return BatchLemma<H, kFlags>::exists(h) && O::exists(h); }
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return agree(O::of(h, w[0]), O::of(h, w[1]));
  }
};

template <class H, unsigned kFlags, class O>
void addBatchAgrees(const char* flags, std::vector<Lemma<H>>* all) {
  using L = BatchAgrees<H, kFlags, O>;
  const Consequence& worse = O::kGained.severity == Severity::kBroken ? O::kGained : O::kLost;
  addLemma<H>(all, {"batch-", flags, "/", O::kName}, {"entries of one batch agree in ", O::kName},
              {"written back from the first entry: ", worse.text}, worse.severity, 3, 2, L::exists,
              BatchLemma<H, kFlags>::premise, L::conclusion);
}

template <class H, unsigned kFlags>
void addBatch(const char* flags, std::vector<Lemma<H>>* all) {
  addLemma<H>(all, {"batch-", flags, "/pfn"}, {"entries of one batch map neighbouring pages"},
              {"pages outside the folio are counted"}, Severity::kBroken, 3, 2,
              BatchLemma<H, kFlags>::exists, BatchLemma<H, kFlags>::premise,
              BatchLemma<H, kFlags>::samePage);
  if constexpr ((kFlags & FPB_RESPECT_WRITE) != 0)
    addBatchAgrees<H, kFlags, ObserveWrite>(flags, all);
  if constexpr ((kFlags & FPB_RESPECT_DIRTY) != 0)
    addBatchAgrees<H, kFlags, ObserveDirty>(flags, all);
  if constexpr ((kFlags & FPB_RESPECT_SOFT_DIRTY) != 0)
    addBatchAgrees<H, kFlags, ObserveSoftDirty>(flags, all);
  addBatchAgrees<H, kFlags, ObserveUffdWp>(flags, all);
  addBatchAgrees<H, kFlags, ObserveSpecial>(flags, all);
  addBatchAgrees<H, kFlags, ObserveProtnone>(flags, all);
  addBatchAgrees<H, kFlags, ObserveAccessible>(flags, all);
}

// Moving twice is moving once, as far as there are page frames: set_ptes() goes in steps of one.
template <class H>
struct AdvanceAdds {
  using Word = typename H::Word;
  static typename H::Bool premise(const H& h, const Word* w) {
    return h.pte_present(w[0]) && within(w[1], AdvancePfn::kMostPages) &&
           within(w[2], AdvancePfn::kMostPages) &&
           within(h.pte_pfn(w[0]) + w[1] + w[2], h.pfn_mask());
  }
  static typename H::Bool conclusion(const H& h, const Word* w) {
    return h.pte_advance_pfn(h.pte_advance_pfn(w[0], w[1]), w[2]) ==
           h.pte_advance_pfn(w[0], w[1] + w[2]);
  }
};

template <class H>
struct AdvanceNeverEmpty {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return !h.pte_none(h.pte_advance_pfn(w[0], w[1]));
  }
};

// Bits outside the page frame, wherever that is, stay: those that no helper asks for as well, as
// execution, protection keys, memory types.
template <class H>
struct AdvanceNothingElse {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    using Word = typename H::Word;
    const Word first = h.pfn_pte(Word(std::uint64_t{0}), h.page_readonly());
    const Word field = first ^ h.pfn_pte(Word(h.pfn_mask()), h.page_readonly());
    return ((h.pte_advance_pfn(w[0], w[1]) ^ w[0]) & ~field) == Word(std::uint64_t{0});
  }
};

// Commutes with normalisation: the loop advances the normalised first entry.
template <class H>
struct AdvanceCommutes {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    const auto cleared_last = h.batch_clear_ignored(h.pte_advance_pfn(w[0], w[1]), 0);
    return cleared_last == h.pte_advance_pfn(h.batch_clear_ignored(w[0], 0), w[1]);
  }
};

template <class H>
void addBatchLemmas(std::vector<Lemma<H>>* all) {
  all->push_back({"advance-adds/twice", "advancing a page frame twice is advancing it by the sum",
                  "a range is mapped to the wrong pages", Severity::kBroken, 3, 1, everywhere<H>,
                  AdvanceAdds<H>::premise, AdvanceAdds<H>::conclusion});
  all->push_back({"advance-adds/never-none", "an advanced entry is never an empty one",
                  "a batch runs past the end of its folio over an empty entry", Severity::kBroken,
                  2, 1, everywhere<H>, AdvancePfn::premise<H>, AdvanceNeverEmpty<H>::conclusion,
                  AdvancePfn::apply<H>});
  all->push_back({"advance-adds/nothing-else",
                  "advancing a page frame changes no bit outside of it",
                  "pages of one range differ in permissions or memory type", Severity::kBroken, 2,
                  1, everywhere<H>, AdvancePfn::premise<H>, AdvanceNothingElse<H>::conclusion,
                  AdvancePfn::apply<H>});
  all->push_back({"advance-adds/normalised",
                  "advancing and normalising for a comparison can be done in either order",
                  "a batch ends early: it costs speed alone", Severity::kCost, 2, 1, everywhere<H>,
                  AdvancePfn::premise<H>, AdvanceCommutes<H>::conclusion});
  addBatch<H, 0>("none", all);
  addBatch<H, FPB_RESPECT_DIRTY>("dirty", all);
  addBatch<H, FPB_RESPECT_SOFT_DIRTY>("soft", all);
  addBatch<H, FPB_RESPECT_DIRTY | FPB_RESPECT_SOFT_DIRTY>("dirty-soft", all);
  addBatch<H, FPB_RESPECT_WRITE>("write", all);
  addBatch<H, FPB_RESPECT_WRITE | FPB_RESPECT_SOFT_DIRTY>("write-soft", all);
}

}  // namespace ptecheck

#endif
