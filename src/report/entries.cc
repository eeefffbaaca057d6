// SPDX-License-Identifier: GPL-2.0-only
#include "report/entries.h"

#include <type_traits>

#include "spec/describe.h"

namespace ptecheck {

std::string entryInLetters(Arch arch, unsigned long long entry, bool page_exclusive, unsigned page,
                           unsigned pages) {
  return withFormat(arch, [&]<class F>(std::type_identity<F>) {
    return describe<F>(entry, page_exclusive, page, pages);
  });
}

std::vector<std::string> entriesInLetters(Arch arch, const Scenario& scenario,
                                          const Outcome& outcome, bool reads, unsigned width) {
  return withFormat(arch, [&]<class F>(std::type_identity<F>) {
    return beforeAfter<F>(scenario, outcome, reads, width);
  });
}

}  // namespace ptecheck
