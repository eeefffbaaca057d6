// SPDX-License-Identifier: GPL-2.0-only
#include "check/synth_words.h"

#include "check/synth_space.h"
#include "mm/policy_words.h"

namespace ptecheck {

namespace {

void append(std::string& list, std::string_view part) {
  if (!list.empty()) list += ", ";
  list += part;
}

std::string bitsTreated(const Batching& batching, Treat treat) {
  std::string list;
  for (const TreatedBit& bit : kTreatedBits)
    if (batching.*bit.treat == treat) append(list, bit.name);
  return list.empty() ? "-" : list;
}

}  // namespace

BatchingWords wordsOf(Case which, const Batching& batching) {
  BatchingWords words;
  words.case_name = caseName(which);
  words.policy = batchingWords(which, batching);
  words.respected = bitsTreated(batching, Treat::kRespect);
  words.merged_by_or = bitsTreated(batching, Treat::kOr);
  words.merged_by_and = bitsTreated(batching, Treat::kAnd);
  words.taken_from_first = bitsTreated(batching, Treat::kFirst);
  words.restore = restores(which) ? restoreName(batching.restore) : "-";
  for (const TreatedBit& bit : kTreatedBits)
    words.treats.emplace_back(bit.name, treatName(batching.*bit.treat));
  return words;
}

std::string whatDiffers(const Batching& from, const Batching& neighbour) {
  std::string words;
  for (const TreatedBit& bit : kTreatedBits)
    if (from.*bit.treat != neighbour.*bit.treat)
      append(words, std::string(bit.name) + "=" + std::string(treatName(neighbour.*bit.treat)));
  if (from.restore != neighbour.restore)
    append(words, "restore=" + std::string(restoreName(neighbour.restore)));
  return words;
}

}  // namespace ptecheck
