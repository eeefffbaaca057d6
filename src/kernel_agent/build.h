/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a Scenario to kernel state. Part of agent.c.
 *
 * Where the tree has a function for a step, that function takes it: prep_compound_page(),
 * folio_add_anon_rmap_ptes(), vm_flags_init(), the pte_*() helpers. What such a function means to a
 * newer tree (per-process mapping counts since v6.15, say) then comes along by itself.
 */
#ifndef PTECHECK_KERNEL_AGENT_BUILD_H
#define PTECHECK_KERNEL_AGENT_BUILD_H

#include "kernel_agent/huge.h"

enum {
  WATCH = 8 /* slots beside the neighbours that are watched for stray stores (as many more as the
               folio has pages, behind) */
};

#if defined(CONFIG_DEVICE_PRIVATE)
static struct dev_pagemap device_memory; /* where a FOLIO_DEVICE_PRIVATE is */
#endif
static unsigned dirty_pages; /* struct pages from FOLIO_PFN on that were in use */
static struct {              /* neighbours' struct pages, as built, and for what */
  struct page page[2];
  unsigned processes, first, pages;
} neighbour_image;

/* A small anonymous folio in its own right, mapped nowhere yet. */
static void buildSmallPage(unsigned long pfn, unsigned long index) {
  struct page *page = pfn_to_page(pfn);
  struct folio *folio = (struct folio *)page;

  memset(page, 0, sizeof(*page));
  atomic_set(&page->_mapcount, -1);
  set_page_count(page, 1);
  folio->mapping = (void *)((unsigned long)&anon_vma_storage + SPELLING_MAPPING_ANON);
  folio->index = index;
  __folio_set_swapbacked(folio);
  __folio_mark_uptodate(folio);
}

static void buildNeighbours(const Scenario *s, unsigned first) {
  unsigned which, i;

  if (neighbour_image.processes == s->processes && neighbour_image.first == first &&
      neighbour_image.pages == s->pages) {
    *pfn_to_page(FOLIO_PFN - 1) = neighbour_image.page[0];
    *pfn_to_page(FOLIO_PFN + s->pages) = neighbour_image.page[1];
    return;
  }
  for (which = 0; which < 2; which++) {
    unsigned long pfn = which ? FOLIO_PFN + s->pages : FOLIO_PFN - 1;
    unsigned long slot = which ? first + s->pages : first - 1;
    struct page *page = pfn_to_page(pfn);

    buildSmallPage(pfn, slotAddress(slot) >> PAGE_SHIFT);
    if (!which && !first) continue;
    if (slot >= SLOTS) continue;
    for (i = 0; i < s->processes; i++) {
      folio_ref_inc((struct folio *)page);
      folio_add_anon_rmap_ptes((struct folio *)page, page, 1, vmaOf(s, i, which ? s->pages : 0),
                               slotAddress(slot), RMAP_NONE);
    }
    SetPageAnonExclusive(page);
    if (folio_test_mlocked((struct folio *)page)) folio_clear_mlocked((struct folio *)page);
  }
  neighbour_image.page[0] = *pfn_to_page(FOLIO_PFN - 1);
  neighbour_image.page[1] = *pfn_to_page(FOLIO_PFN + s->pages);
  neighbour_image.processes = s->processes;
  neighbour_image.first = first;
  neighbour_image.pages = s->pages;
}

/* A folio in page frames pfn .., of the scenario's size and kind, locked and mapped nowhere. */
static struct folio *makeFolio(const Scenario *s, unsigned long pfn, unsigned first,
                               bool device_private) {
  struct page *page = pfn_to_page(pfn);
  struct folio *folio = (struct folio *)page;
  unsigned i;

  for (i = 0; i < s->pages; i++) atomic_set(&page[i]._mapcount, -1);
  if (s->pages > 1) {
    prep_compound_page(page, ilog2(s->pages));
#if defined(HAVE_folio_set_large_rmappable)
    folio_set_large_rmappable(folio);
#endif
  }
  set_page_count(page, 1); /* the isolation reference of reclaim, or migration */
  folio->mapping = isFile(s) ? &file_mapping
                             : (void *)((unsigned long)&anon_vma_storage + SPELLING_MAPPING_ANON);
  folio->index = slotAddress(first) >> PAGE_SHIFT;
#if defined(CONFIG_DEVICE_PRIVATE)
  if (device_private) {
    device_memory.type = MEMORY_DEVICE_PRIVATE;
    set_page_zone(page, ZONE_DEVICE);
    spellingSetPgmap(page, &device_memory);
  }
#endif
  __folio_set_locked(folio);
  return folio;
}

static void buildFolio(const Scenario *s, unsigned first) {
  unsigned wipe = dirty_pages > s->pages ? dirty_pages : s->pages;

  memset(pfn_to_page(FOLIO_PFN), 0, wipe * sizeof(struct page));
  dirty_pages = s->pages + 2; /* and the neighbour behind it, and what a canary maps behind that */
  makeFolio(s, FOLIO_PFN, first, s->folio_flags & FOLIO_DEVICE_PRIVATE);
}

/* Maps pages from .. from + pages - 1, which lie in one VMA; no page table is written. */
static void mapPages(const Scenario *s, unsigned process, unsigned first, unsigned from,
                     unsigned pages) {
  struct folio *folio = scenarioFolio();

  if (isFile(s)) {
    folio_add_file_rmap_ptes(folio, folio_page(folio, from), pages, vmaOf(s, process, from));
    return;
  }
  folio_add_anon_rmap_ptes(folio, folio_page(folio, from), pages, vmaOf(s, process, from),
                           slotAddress(first + from), RMAP_NONE);
}

/* Returns the number of mappings, and of references. */
static unsigned buildEntries(const Scenario *s, unsigned process, unsigned first,
                             EntryResult *result) {
  Process *p = &processes[process];
  const unsigned short *entry = s->entry + process * s->pages;
  unsigned i, run = 0, mappings = 0, split = s->split[process];

  if (hugeAtStart(s, process)) {
    buildHuge(s, process, first, result);
    return 1;
  }
  for (i = 0; i < s->pages; i++) {
    unsigned bits = entry[i];
    pte_t pte = ARCH_NONE;

    if (run && (!entryMaps(bits) || (split && i == split))) {
      mapPages(s, process, first, i - run, run);
      run = 0;
    }
    if (bits & ENTRY_PRESENT) {
      pte = makeEntry(bits, inShadowStack(s, process, i), FOLIO_PFN + i);
    } else if (bits & ENTRY_OTHER) {
      pte = makeEntry(ENTRY_YOUNG, false, OTHER_PFN + i);
    } else if (bits & ENTRY_SWAPPED) {
      pte = __swp_entry_to_pte(__swp_entry(SWAP_TYPE, SWAP_OFFSET + MAX_PAGES + i));
    } else if (entryKind(bits)) {
      pte = makeSwapForm(bits, i);
    }
    if (entryMaps(bits)) {
      run++;
      mappings++;
    }
    *slotOf(p, first + i) = pte;
    result[i] = (EntryResult){.before = pte_val(pte)};
  }
  if (run) mapPages(s, process, first, i - run, run);
  return mappings;
}

/* Contiguous blocks, where the architecture has them and the tree thinks that these may be some. */
static void foldEntries(const Scenario *s, unsigned process, unsigned first, EntryResult *result) {
  struct mm_struct *mm = processes[process].mm;
  unsigned i;

  for (i = 0; i < s->pages; i++)
    archFold(mm, slotAddress(first + i), slotOf(&processes[process], first + i));
  for (i = 0; i < s->pages; i++)
    result[i].before = pte_val(*slotOf(&processes[process], first + i));
}

/* The entry beside page `nearest` of the folio, as that one but for the frame. */
static pte_t neighbourEntry(const Scenario *s, unsigned process, unsigned nearest,
                            unsigned long pfn) {
  unsigned bits = s->entry[process * s->pages + nearest];

  if (!(bits & ENTRY_PRESENT)) bits = ENTRY_YOUNG | ENTRY_EXCLUSIVE;
  return makeEntry(bits, inShadowStack(s, process, nearest), pfn);
}

/*
 * The memory behind each page table continues the run, if the run reaches the table's end: the
 * entries that would follow if the table were longer, the neighbour, and one more. Code that
 * forgets where a table ends then finds what it likes to find, and its stores are seen.
 */
static unsigned canaryEntries(const Scenario *s, unsigned table, unsigned first) {
  unsigned start = (table + 1) * ARCH_TABLE_SLOTS,
           end = first + s->pages + 1; /* the last slot to continue */

  if (agent_alone || start < first || start > end) return 0;
  return end - start + 1 > ARCH_TABLE_SLOTS ? ARCH_TABLE_SLOTS : end - start + 1;
}

static pte_t canaryEntry(const Scenario *s, const Outcome *o, unsigned process, unsigned first,
                         unsigned table, unsigned index) {
  unsigned page = (table + 1) * ARCH_TABLE_SLOTS + index - first;

  if (page < s->pages) return __pte(o->entry[process * s->pages + page].before);
  return neighbourEntry(s, process, s->pages - 1, FOLIO_PFN + page);
}

static void fillCanaries(const Scenario *s, const Outcome *o, unsigned process, unsigned first) {
  unsigned t, i, n;

  for (t = 0; t < TABLE_COUNT; t++) {
    n = canaryEntries(s, t, first);
    for (i = 0; i < n; i++)
      processes[process].canary[t][i] = canaryEntry(s, o, process, first, t, i);
  }
}

static void buildFlags(const Scenario *s) {
  struct folio *folio = scenarioFolio();

  if (s->folio_flags & FOLIO_SWAPBACKED) __folio_set_swapbacked(folio);
  if (s->folio_flags & FOLIO_DIRTY) folio_set_dirty(folio);
  if (s->folio_flags & FOLIO_UPTODATE) __folio_mark_uptodate(folio);
  if (s->folio_flags & FOLIO_SWAPCACHE) {
    folio->swap = swp_entry(SWAP_TYPE, SWAP_OFFSET);
    folio_set_swapcache(folio);
  }
  if (s->folio_flags & FOLIO_MLOCKED)
    folio_set_mlocked(folio);
  else if (folio_test_mlocked(folio))
    folio_clear_mlocked(folio); /* mapping a small folio into a locked VMA mlocks it */
#if defined(CONFIG_MEMORY_FAILURE)
  if (s->folio_flags & FOLIO_HWPOISON) SetPageHWPoison(&folio->page);
#endif
}

static void buildReferences(const Scenario *s, unsigned mappings) {
  struct folio *folio = scenarioFolio();
  int references = mappings + s->references;

  if (s->folio_flags & (FOLIO_SWAPCACHE | FOLIO_FILE)) references += s->pages;
  if (s->pins && spellingHasPincount(folio)) { /* v6.12 mm/gup.c try_grab_folio() */
    atomic_add(s->pins, &folio->_pincount);
    references += s->pins;
  } else {
    references += s->pins * GUP_PIN_COUNTING_BIAS;
  }
  if (references) folio_ref_add(folio, references);
}

static void buildScenario(const Scenario *s, Outcome *o, unsigned first) {
  struct folio *folio = scenarioFolio();
  unsigned p, i, mappings = 0;

  restoreWorld(s, first);
  buildFolio(s, first);
  buildNeighbours(s, first);
  for (p = 0; p < s->processes; p++) {
    mappings += buildEntries(s, p, first, o->entry + p * s->pages);
    if (first && !agent_alone) {
      pte_t pte = neighbourEntry(s, p, 0, FOLIO_PFN - 1);
      *slotOf(&processes[p], first - 1) = pte;
      o->neighbour_before[p][0] = pte_val(pte);
    }
    if (first + s->pages < SLOTS && !agent_alone) {
      pte_t pte = neighbourEntry(s, p, s->pages - 1, FOLIO_PFN + s->pages);
      *slotOf(&processes[p], first + s->pages) = pte;
      o->neighbour_before[p][1] = pte_val(pte);
    }
    if (s->folded && !hugeAtStart(s, p)) foldEntries(s, p, first, o->entry + p * s->pages);
    fillCanaries(s, o, p, first);
  }
  buildFlags(s);
  buildReferences(s, mappings);
  for (i = 0; i < s->pages; i++) {
    bool exclusive = false;

    for (p = 0; p < s->processes; p++) {
      unsigned bits = s->entry[p * s->pages + i];

      exclusive |= entryMaps(bits) && (bits & ENTRY_EXCLUSIVE);
    }
    if (exclusive) {
      /* What a PMD maps is exclusive as a whole: the first page says so. */
      if (!s->pmd_mapped || !i) SetPageAnonExclusive(folio_page(folio, i));
      o->entry[i].page_flags = PAGE_EXCLUSIVE_BEFORE;
    }
  }
  if (!(s->folio_flags & FOLIO_LOCKED)) __folio_clear_locked(folio);
}

#endif
