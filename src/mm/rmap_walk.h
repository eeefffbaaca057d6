// SPDX-License-Identifier: GPL-2.0-only
//
// rmap_walk(): visits the VMAs that may map the folio, in the order of the interval tree: by their
// first page, then as they were inserted, process by process.
// Source: mm/rmap.c (rmap_walk_anon, rmap_walk_file), mm/interval_tree.c of 6.12.
#ifndef PTECHECK_MM_RMAP_WALK_H
#define PTECHECK_MM_RMAP_WALK_H

#include <array>

#include "mm/world.h"

namespace ptecheck {

// visit(process, which of its VMAs): false ends the walk.
template <EntryFormat F, class Visit>
void rmapWalk(const World<F>& w, Visit visit) {
  const unsigned folio_end = w.first + w.folio.pages;
  const auto second = [&](unsigned p) {
    return w.mm[p].vmas == 2 && w.mm[p].vma[1].start < folio_end;
  };
  std::array<unsigned, MAX_PROCESSES> order{};
  unsigned count = 0;
  for (unsigned p = 0; p < w.processes; ++p) {
    if (!visit(p, 0)) return;
    if (!second(p)) continue;
    unsigned at = count++;
    for (; at > 0 && w.mm[order[at - 1]].vma[1].start > w.mm[p].vma[1].start; --at)
      order[at] = order[at - 1];
    order[at] = p;
  }
  for (unsigned i = 0; i < count; ++i)
    if (!visit(order[i], 1)) return;
}

}  // namespace ptecheck

#endif
