// SPDX-License-Identifier: GPL-2.0-only
//
// A lemma that no mistake can refute says nothing. So for each lemma there must be a format on
// which it holds, and a mistake in one helper of that format, so that it does not hold any more;
// unless the formats of today refute it already.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "prove/known_failures.h"
#include "prove/lemmas.h"
#include "prove/model_formats.h"
#include "prove/mutant_helpers.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;
using Random = std::mt19937_64;
constexpr unsigned kSeed = 1;
constexpr int kSamples = 400;

// What can happen to an entry; so samples are entries that a kernel can get to.
Word somethingElse(const WordHelpers& h, Word pte, Random& random) {
  switch (random() % 14) {
    case 0:
      return h.pte_wrprotect(pte);
    case 1:
      return h.pte_mkdirty(pte);
    case 2:
      return h.pte_mkclean(pte);
    case 3:
      return h.pte_mkyoung(pte);
    case 4:
      return h.pte_mkold(pte);
    case 5:
      return h.pte_mksoft_dirty(pte);
    case 6:
      return h.pte_clear_soft_dirty(pte);
    case 7:
      return h.pte_mkuffd_wp(pte);
    case 8:
      return h.pte_clear_uffd_wp(pte);
    case 9:
      return h.pte_mkspecial(pte);
    case 10:
      return h.hw_writes(pte, false) ? h.hw_access(pte, true) : pte;
    case 11:
      return h.pte_modify(pte, h.protections()[random() % h.protections().size()]);
    default:
      if (h.pte_protnone(pte) || !h.hw_reads(h.pte_mkyoung(pte))) return pte;
      return h.pte_mkwrite(pte, h.has_shadow_stack() && random() % 2);
  }
}

// Words for a lemma; whether they satisfy its premise is left to it.
std::vector<Word> sample(const WordHelpers& h, const Lemma<WordHelpers>& lemma, Random& random) {
  const Word few = random() % 8, type = random() % 2 ? random() % 4 : 20 + random() % 12;
  if (lemma.entries == 0) {
    const Word first = lemma.words == 1 ? random() & h.pfn_mask() : type;
    const Word second = lemma.words == 2 ? few : random() & random() & 0x7ffffffff;
    return {first, second, random() % 32};
  }
  Word pte = h.pfn_pte(random() & h.pfn_mask() >> 1, h.protections()[few % h.protections().size()]);
  for (Word n = random() % 6; n > 0; --n) pte = somethingElse(h, pte, random);
  if (lemma.entries == 1) return {pte, few, random() % 8};
  Word other = h.pte_advance_pfn(pte, few);
  if (random() % 4 == 0) other ^= Word{1} << random() % 64;
  for (Word n = random() % 4; n > 0; --n) other = somethingElse(h, other, random);
  return {pte, other, few};
}

class Hunt {
 public:
  Hunt(const ModelFormat& format, const Lemma<WordHelpers>& lemma)
      : lemma_(lemma), real_(*format.words), mutant_(real_) {
    Random random(kSeed);
    for (int i = 0; i < kSamples; ++i) samples_.push_back(sample(real_, lemma, random));
  }

  // How many samples the lemma is about.
  unsigned meant() {
    mutant_.become({});
    unsigned count = 0;
    for (const std::vector<Word>& words : samples_) count += isAbout(words);
    return count;
  }
  bool refutedBy(const Mutation& mutation) {
    mutant_.become(mutation);
    for (const std::vector<Word>& words : samples_)
      if (isAbout(words) && !lemma_.conclusion(mutant_, words.data())) return true;
    return false;
  }
  // A mistake in a helper that the lemma calls and that refutes it.
  std::optional<Mutation> find() {
    mutant_.become({});
    mutant_.takeCalled();
    for (const std::vector<Word>& words : samples_)
      if (isAbout(words)) lemma_.conclusion(mutant_, words.data());
    const std::uint64_t called = mutant_.takeCalled();
    for (unsigned helper = 0; helper < unsigned(HelperName::kEnd); ++helper)
      if (called >> helper & 1)
        for (const Mutation& mutation : mutationsOf(HelperName(helper), real_))
          if (refutedBy(mutation)) return mutation;
    return std::nullopt;
  }

 private:
  bool isAbout(const std::vector<Word>& words) const {
    for (unsigned i = 0; i < lemma_.entries; ++i)
      if (!real_.well_formed(words[i])) return false;
    return lemma_.premise(mutant_, words.data());
  }

  const Lemma<WordHelpers>& lemma_;
  const WordHelpers& real_;
  MutantHelpers mutant_;
  std::vector<std::vector<Word>> samples_;
};

// Two lemmas about shadow stacks: x86's entries refute them as they are.
bool failsEverywhere(const Lemma<WordHelpers>& lemma) {
  for (Arch arch = 0; arch < kArchs; ++arch)
    if (lemma.applies(*modelFormats().at(arch).words) &&
        !findKnownFailure(archId(arch), lemma.name))
      return false;
  return true;
}

TEST(LemmaMutants, EveryLemmaIsRefutedByAMistake) {
  for (const Lemma<WordHelpers>& lemma : lemmas<WordHelpers>()) {
    bool applies = false, found = false;
    for (Arch arch = 0; arch < kArchs && !found; ++arch) {
      const ModelFormat& format = modelFormats().at(arch);
      if (!lemma.applies(*format.words)) continue;
      applies = true;
      if (findKnownFailure(archId(arch), lemma.name)) continue;
      Hunt hunt(format, lemma);
      EXPECT_FALSE(hunt.refutedBy({})) << archId(arch) << " " << lemma.name;
      found = hunt.find().has_value();
    }
    EXPECT_TRUE(applies) << lemma.name << ": about no format";
    EXPECT_TRUE(found || failsEverywhere(lemma)) << lemma.name;
  }
}

// ... and is about something, wherever it applies.
TEST(LemmaMutants, NoPremiseIsVoid) {
  for (Arch arch = 0; arch < kArchs; ++arch)
    for (const Lemma<WordHelpers>& lemma : lemmas<WordHelpers>()) {
      const ModelFormat& format = modelFormats().at(arch);
      if (!lemma.applies(*format.words)) continue;
      EXPECT_GT(Hunt(format, lemma).meant(), 0U) << archId(arch) << " " << lemma.name;
    }
}

}  // namespace
}  // namespace ptecheck
