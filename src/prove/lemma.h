// SPDX-License-Identifier: GPL-2.0-only
//
// What a lemma is: a premise and a conclusion about one to three words, written with the helpers
// of a provider (helpers.h says what that is), without a branch, so that it can be evaluated on
// integers and proved of bit-vectors.
#ifndef PTECHECK_PROVE_LEMMA_H
#define PTECHECK_PROVE_LEMMA_H

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "pte/format.h"

namespace ptecheck {

enum class Severity : unsigned char {
  kBroken,  // data lost, a protection gone, a loop without end
  kCost     // one fault, one copy, one write more than necessary
};

template <class H>
struct Lemma {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  // "GROUP/PART": what a helper keeps is one group, each thing kept a part.
  std::string name;
  std::string says;      // in a sentence, without its full stop
  std::string if_false;  // what it means for a user if it does not hold
  Severity severity;
  unsigned words;    // 1 to kMostWords
  unsigned entries;  // the first so many are present entries; the others are numbers
  bool (*applies)(const H&);
  Bool (*premise)(const H&, const Word*);
  Bool (*conclusion)(const H&, const Word*);
  // The entry that the lemma is about, made of the words; for showing counterexamples. Null: none
  // but the words themselves.
  Word (*result)(const H&, const Word*) = nullptr;
};

inline constexpr unsigned kMostWords = 3;

// Adds a lemma that belongs to a family: its texts are made of parts. Not inlined, as there are
// hundreds of such calls, on which the compiler would spend half a minute.
using Parts = std::initializer_list<const char*>;
std::string joined(Parts parts);
template <class H>
[[gnu::noinline]] void addLemma(std::vector<Lemma<H>>* all, Parts name, Parts says, Parts if_false,
                                Severity severity, unsigned words, unsigned entries,
                                decltype(Lemma<H>::applies) applies,
                                decltype(Lemma<H>::premise) premise,
                                decltype(Lemma<H>::conclusion) conclusion,
                                decltype(Lemma<H>::result) result = nullptr) {
  all->push_back({joined(name), joined(says), joined(if_false), severity, words, entries, applies,
                  premise, conclusion, result});
}

// The first of `lemma.entries` well-formed entries.
template <class H>
typename H::Bool allWellFormed(const H& h, const Lemma<H>& lemma, const typename H::Word* words) {
  typename H::Bool all = h.well_formed(words[0]);
  for (unsigned i = 1; i < lemma.entries; ++i) all = all && h.well_formed(words[i]);
  return all;
}

// Logic on Bools that need not be bool.
template <class B>
constexpr B implies(const B& premise, const B& conclusion) {
  return !premise || conclusion;
}
template <class B>
constexpr B agree(const B& a, const B& b) {
  return (a && b) || (!a && !b);
}
template <class H>
typename H::Bool always(const H&, const typename H::Word*) {
  using Word = typename H::Word;
  return Word(std::uint64_t{0}) == Word(std::uint64_t{0});
}
template <class H>
bool everywhere(const H&) {
  return true;
}

// `number` has no bits but those of `mask`.
template <class W>
auto within(const W& number, std::uint64_t mask) {
  return (number & W(~mask)) == W(std::uint64_t{0});
}

}  // namespace ptecheck

#endif
