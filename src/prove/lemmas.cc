// SPDX-License-Identifier: GPL-2.0-only
#include "prove/lemmas.h"

namespace ptecheck {

std::string joined(Parts parts) {
  std::string text;
  for (const char* part : parts) text += part;
  return text;
}

template const std::vector<Lemma<WordHelpers>>& lemmas<WordHelpers>();
template const std::vector<Lemma<SolverHelpers>>& lemmas<SolverHelpers>();

}  // namespace ptecheck
