// SPDX-License-Identifier: GPL-2.0-only
#include "prove/choose_lemmas.h"

#include <set>

#include "prove/prover.h"
#include "scenario/error.h"

namespace ptecheck {

std::string groupOf(const std::string& lemma) { return lemma.substr(0, lemma.find('/')); }

std::vector<std::size_t> chooseLemmas(const std::vector<std::string>& names) {
  const std::set<std::string> wanted(names.begin(), names.end());
  std::set<std::string> met;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < lemmaInfos().size(); ++i) {
    const std::string& name = lemmaInfos()[i].name;
    bool chosen = wanted.empty();
    for (const std::string& word : {name, groupOf(name)})
      if (wanted.count(word) != 0) {
        met.insert(word);
        chosen = true;
      }
    if (chosen) places.push_back(i);
  }
  for (const std::string& name : names)
    if (met.count(name) == 0)
      throw Error(ErrorKind::kUsage, "there is no lemma, and no group of lemmas, named '" + name +
                                         "'. `ptecheck list lemmas` names all there are");
  return places;
}

}  // namespace ptecheck
