// SPDX-License-Identifier: GPL-2.0-only
//
// The solver's answers, and an exact twin of them: where only some bits of each word are free, all
// words can be tried on integers. If the solver has proved a lemma, none of them may refute it; if
// it has not, the solver is asked again about these words alone, and must find a counterexample
// exactly if there is one. And no counterexample among them may be less than the least one.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "prove/lemmas.h"
#include "prove/model_formats.h"
#include "prove/model_helpers.h"
#include "prove/proofs_for_tests.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;
using Words = std::array<Word, kMostWords>;

// All words that are `fixed` where `free` has no bits.
struct Domain {
  Words free{}, fixed{};
};

// What the next word after `word` is, counting in the bits of `free` alone; 0 after the last.
Word nextOf(Word word, Word free) { return ((word | ~free) + 1) & free; }

// The bits of an entry that all this is about: flags that have names, but for those that no helper
// looks at; and one bit of the page frame.
Word entryBits(Arch arch) {
  static const std::set<std::string> kIdle = {"PWT", "PCD", "PAT", "devm", "GP", "PXN", "RPLV"};
  const FormatFacts facts = formatFacts(arch);
  Word bits = facts.pfn_mask & ~(facts.pfn_mask - 1);
  for (const BitName& name : facts.names)
    if (name.form == BitName::kPresent && std::popcount(name.mask) == 1 && !kIdle.count(name.name))
      bits |= name.mask;
  return bits;
}

// The bits in which entries of one batch can differ: fewer, as pairs are many.
Word batchBits(const WordHelpers& h) {
  const Word pte = h.pfn_pte(1, h.page_readonly());
  Word bits = pte ^ h.pte_advance_pfn(pte, 1);
  for (Word shared : {pte, h.pte_mkwrite(pte, false), h.pte_mkold(pte)})
    for (Word other :
         {h.pte_mkwrite(shared, false), h.pte_mkwrite(shared, true), h.pte_mkdirty(shared),
          h.pte_wrprotect(h.pte_mkdirty(shared)), h.pte_mkuffd_wp(shared), h.pte_mkyoung(shared)})
      bits |= (pte ^ shared) | (pte ^ other);
  return bits;
}

Domain domainOf(Arch arch, const WordHelpers& h, const Lemma<WordHelpers>& lemma) {
  const Word entry = h.pfn_pte(2, h.page_readonly());
  const Word offset = 0x8000000011;  // the lowest bits, one in the middle, bit 39
  if (lemma.entries == 0 && lemma.words == 1) return {{h.pfn_mask() & 0x8000000ff}, {}};
  if (lemma.entries == 0) return {{0x1f, lemma.words == 2 ? 7 : offset, 0x1f}, {}};
  const Word bits = lemma.entries == 1 ? entryBits(arch) : batchBits(h);
  if (lemma.entries == 1) return {{bits, 7, 3}, {entry & ~bits}};
  return {{bits, bits, 1}, {entry & ~bits, entry & ~bits}};
}

struct Tried {
  std::uint64_t words = 0, meant = 0;
  std::optional<Words> least, least_well_formed;  // that refute the lemma
};

Tried tryAll(const WordHelpers& h, const Lemma<WordHelpers>& lemma, const Domain& domain) {
  Tried tried;
  Words free = domain.free;
  for (unsigned i = lemma.words; i < kMostWords; ++i) free[i] = 0;
  Words bits{};
  do {
    Words w;
    for (unsigned i = 0; i < kMostWords; ++i) w[i] = bits[i] | domain.fixed[i];
    ++tried.words;
    if (lemma.premise(h, w.data())) {
      ++tried.meant;
      if (!lemma.conclusion(h, w.data())) {
        if (!tried.least) tried.least = w;
        if (!tried.least_well_formed && (lemma.entries == 0 || allWellFormed(h, lemma, w.data())))
          tried.least_well_formed = w;
      }
    }
    for (unsigned i = kMostWords; i-- > 0;)
      if ((bits[i] = nextOf(bits[i], free[i])) != 0) break;
  } while (bits != Words{});
  return tried;
}

bool solverFinds(const SolverHelpers& h, const Lemma<SolverHelpers>& lemma, const Domain& domain,
                 bool well_formed) {
  static constexpr const char* kNames[] = {"a", "b", "c"};
  std::vector<SolverWord> w;
  z3::solver solver(SolverScope::context(), "QF_BV");
  for (unsigned i = 0; i < lemma.words; ++i) {
    w.push_back(SolverWord::variable(kNames[i]));
    solver.add(((w[i] & SolverWord(~domain.free[i])) == SolverWord(domain.fixed[i])).formula());
  }
  solver.add((lemma.premise(h, w.data()) && !lemma.conclusion(h, w.data())).formula());
  if (well_formed && lemma.entries > 0) solver.add(allWellFormed(h, lemma, w.data()).formula());
  const z3::check_result answer = solver.check();
  EXPECT_NE(answer, z3::unknown) << lemma.name;
  return answer == z3::sat;
}

// Compares, and counts words into `total`.
void compare(Arch arch, std::size_t number, const LemmaResult& result, Tried* total) {
  const ModelFormat& format = modelFormats().at(arch);
  const Lemma<WordHelpers>& lemma = lemmas<WordHelpers>().at(number);
  const Lemma<SolverHelpers>& symbolic = lemmas<SolverHelpers>().at(number);
  const Domain domain = domainOf(arch, *format.words, lemma);
  const Tried tried = tryAll(*format.words, lemma, domain);
  const std::string where = std::string(archId(arch)) + " " + lemma.name;
  total->words += tried.words;
  total->meant += tried.meant;
  const bool holds = result.verdict == ProofVerdict::kHolds;
  EXPECT_FALSE(holds && tried.least_well_formed) << where;
  EXPECT_FALSE(holds && result.reach == ProofReach::kAllValues && tried.least) << where;
  if (!holds) {
    EXPECT_EQ(solverFinds(*format.symbolic, symbolic, domain, true),
              tried.least_well_formed.has_value())
        << where;
  }
  if (!result.words.empty()) {
    EXPECT_EQ(solverFinds(*format.symbolic, symbolic, domain, false), tried.least.has_value())
        << where;
  }
  const std::optional<Words>& least = holds ? tried.least : tried.least_well_formed;
  if (least) {
    EXPECT_LE(result.words, std::vector<Word>(least->begin(), least->begin() + lemma.words))
        << where;
  }
}

TEST(Exact, SolverAndEnumerationAgree) {
  z3::context context;
  const SolverScope scope(context);
  Tried total;
  for (const FormatProof& proof : provedForTests().formats)
    for (std::size_t i = 0; i < proof.lemmas.size(); i += kProveAllFormats ? 1 : 12)
      if (proof.lemmas[i].verdict != ProofVerdict::kNotApplicable)
        compare(proof.arch, i, proof.lemmas[i], &total);
  RecordProperty("words", std::to_string(total.words));
  if (kProveAllFormats) {
    EXPECT_EQ(total.words, 37'363'200U);
    EXPECT_EQ(total.meant, 14'669'008U);
  }
}

}  // namespace
}  // namespace ptecheck
