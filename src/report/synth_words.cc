// SPDX-License-Identifier: GPL-2.0-only
#include "report/synth_words.h"

#include "mm/policy_words.h"
#include "report/lists.h"

namespace ptecheck {

std::string bitsTreated(const Batching& batching, Treat treat) {
  std::string list;
  for (const TreatedBit& bit : kTreatedBits)
    if (batching.*bit.treat == treat) append(list, bit.name);
  return list.empty() ? "-" : list;
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
