// SPDX-License-Identifier: GPL-2.0-only
//
// Counterexamples as people read them: words by what they are, entries by their named bits, and by
// what Linux and hardware make of them.
#ifndef PTECHECK_PROVE_COUNTEREXAMPLE_H
#define PTECHECK_PROVE_COUNTEREXAMPLE_H

#include <cstdint>
#include <string>
#include <vector>

#include "prove/model_formats.h"
#include "prove/prover.h"

namespace ptecheck {

struct ShownWord {
  std::string role;  // "entry", "becomes", "pages on", "swap offset"
  std::uint64_t value;
  bool is_entry;     // or else a number
  std::string bits;  // "P RW D, pfn 0x1", without what is zero; of numbers mostly empty
  // "write", "dirty", ... as observers.h names them; of a swap entry what it remembers; and whether
  // hardware lets user code in. Empty for numbers.
  std::vector<std::string> is;
};

// The words of `result` on `format`, and the entry that is made of them, if any. Empty if there are
// no words.
std::vector<ShownWord> showWords(const ModelFormat& format, const LemmaResult& result);

// The format of the past that has this id (HistoryNote).
const ModelFormat& pastFormat(const std::string& id);

// What of `a` is not true of `b`.
std::vector<std::string> onlyFirst(const ShownWord& a, const ShownWord& b);

}  // namespace ptecheck

#endif
