/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From kernel state to an Outcome, the steps that follow the operation, and the sweeping up. Part
 * of agent.c.
 *
 * Steps run as hardware runs them: an access that the entry permits reaches the page frame, any
 * other is a fault, and fault handlers are not part of this environment, so it is only counted.
 * The end of a migration, userfaultfd's letting go and swapoff are the tree's own work: move.h,
 * userfaultfd.h, swapoff.h.
 * Contents are one number a frame: who wrote it last.
 */
#ifndef PTECHECK_KERNEL_AGENT_COLLECT_H
#define PTECHECK_KERNEL_AGENT_COLLECT_H

#include "kernel_agent/swapoff.h"

static unsigned short frame_contents[MAX_PAGES];

static unsigned folioFlags(struct folio *folio) {
  return (folio_test_swapbacked(folio) ? FOLIO_SWAPBACKED : 0) |
         (folio_test_dirty(folio) ? FOLIO_DIRTY : 0) |
         (folio_test_uptodate(folio) ? FOLIO_UPTODATE : 0) |
         (folio_test_swapcache(folio) ? FOLIO_SWAPCACHE : 0) |
         (folio_test_locked(folio) ? FOLIO_LOCKED : 0) |
         (folio_test_mlocked(folio) ? FOLIO_MLOCKED : 0) |
         (folio_test_anon(folio) ? 0 : FOLIO_FILE) |
         (PageHWPoison(&folio->page) ? FOLIO_HWPOISON : 0) |
         (folio_is_device_private(folio) ? FOLIO_DEVICE_PRIVATE : 0);
}

static void collectBefore(const Scenario *s, Outcome *o, unsigned first) {
  struct folio *folio = scenarioFolio();
  const int surplus = s->pmd_mapped ? hugeSurplus(s, first) : 0;

  o->folio_flags_before = folioFlags(folio);
  o->refcount_before = folio_ref_count(folio) + surplus;
  o->mapcount_before = folio_mapcount(folio) + surplus;
}

static void collectRss(struct mm_struct *mm, int *rss) {
  rss[RSS_ANON] = (int)get_mm_counter(mm, MM_ANONPAGES) - RSS_BASE;
  rss[RSS_FILE] = (int)get_mm_counter(mm, MM_FILEPAGES) - RSS_BASE;
  rss[RSS_SHMEM] = (int)get_mm_counter(mm, MM_SHMEMPAGES) - RSS_BASE;
  rss[RSS_SWAP] = (int)get_mm_counter(mm, MM_SWAPENTS) - RSS_BASE;
}

static void collectAfter(const Scenario *s, Outcome *o, unsigned first) {
  struct folio *folio = scenarioFolio();
  const bool any_huge = s->pmd_mapped && anyHuge(s, first);
  const int surplus = any_huge ? hugeSurplus(s, first) : 0;
  unsigned p, i;

  if (s->pmd_mapped) checkHuge(s, first);
  o->folio_flags = folioFlags(folio);
  o->refcount = folio_ref_count(folio) + surplus;
  o->mapcount = folio_mapcount(folio) + surplus;
  o->unmapped = !folio_mapped(folio);
  o->processes = s->processes;
  o->event_fired = agent_state.event_fired;
  o->flushes = agent_state.flushes;
  o->flushed_pages = agent_state.flushed_pages;
#if defined(CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH)
  o->flush_pending = agent_task.tlb_ubc.flush_required;
  o->flush_pending_writable = agent_task.tlb_ubc.writable;
#endif
  for (i = 0; i < s->pages; i++) {
    EntryResult *r = &o->entry[i];

    if (PageAnonExclusive(folio_page(folio, any_huge ? 0 : i)))
      r->page_flags |= PAGE_EXCLUSIVE_AFTER;
    r->swap_count = agent_state.swap_change[i];
    agent_state.swap_change[i] = 0;
    for (p = 1; p < s->processes; p++) {
      r[p * s->pages].page_flags = r->page_flags;
      r[p * s->pages].swap_count = r->swap_count;
    }
  }
  for (p = 0; p < s->processes; p++) {
    struct mm_struct *mm = processes[p].mm;
    EntryResult *result;

    collectRss(mm, o->rss[p]);
#if defined(CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH)
    o->flush_batched[p] =
        atomic_read(&mm->tlb_flush_batched) & 0x7fff; /* pending: bits 0-14, v6.12 */
#endif
    result = o->entry + p * s->pages;
    for (i = 0; i < s->pages; i++) result[i].after = pte_val(*slotOf(&processes[p], first + i));
    for (i = 0; i < s->pages && any_huge && isHuge(s, p, first); i++)
      result[i].after = pte_val(hugeEntry(s, p, first, i));
    if (first) o->neighbour_after[p][0] = pte_val(*slotOf(&processes[p], first - 1));
    if (first + s->pages < SLOTS)
      o->neighbour_after[p][1] = pte_val(*slotOf(&processes[p], first + s->pages));
  }
}

static int pageAt(const Scenario *s, unsigned long pfn) {
  if (pfn >= FOLIO_PFN && pfn < FOLIO_PFN + s->pages) return (int)(pfn - FOLIO_PFN);
  if (pfn >= MOVED_PFN && pfn < MOVED_PFN + moved_pages) return (int)(pfn - MOVED_PFN);
  return -1;
}

/* The page of the folio that a load through this entry reaches; -1: another frame; -2: none. */
static int frameOf(const Scenario *s, pte_t pte) {
  return pte_present(pte) ? pageAt(s, pte_pfn(pte)) : -2;
}

/* What is found where nothing is mapped: what the folio's pages are in a file's cache, a fresh page
 * in anonymous memory; where a private page hid the file's, that one, which is none of ours. */
static unsigned short seenInNothing(const Scenario *s, unsigned process, unsigned page) {
  if (isFile(s)) return frame_contents[page];
  return vmaOf(s, process, page)->vm_ops ? SEEN_FAULT : SEEN_ZERO;
}

static unsigned short seenThrough(const Scenario *s, unsigned process, unsigned page, pte_t pte) {
  int frame = frameOf(s, pte);
  swp_entry_t entry;

  if (frame >= 0) return frame_contents[frame];
  if (frame == -1) return SEEN_FAULT;
  if (pte_none(pte)) return seenInNothing(s, process, page);
  entry = pte_to_swp_entry(pte);
  if (swp_type(entry) == SWAP_TYPE && swp_offset(entry) >= SWAP_OFFSET &&
      swp_offset(entry) < SWAP_OFFSET + s->pages)
    return frame_contents[swp_offset(entry) - SWAP_OFFSET];
#if defined(spellingMarker)
  if (sameEntry(pte, spellingMarker())) return seenInNothing(s, process, page);
#endif
  /* Migration and device entries: whoever reads waits until the page is back. */
  if (!is_hwpoison_entry(entry) && is_pfn_swap_entry(entry)) {
    frame = pageAt(s, swp_offset_pfn(entry));
    if (frame >= 0) return frame_contents[frame];
  }
  return SEEN_FAULT;
}

/* False if it is a fault. */
static bool access(const Scenario *s, Outcome *o, unsigned first, const Step *step, unsigned page) {
  const bool is_huge = s->pmd_mapped && isHuge(s, step->process, first);
  pte_t *slot = slotOf(&processes[step->process], first + page);
  pte_t pte = is_huge ? hugeEntry(s, step->process, first, page) : *slot;
  int frame = frameOf(s, pte);

  if (archLoads(pte) && (step->action == STEP_READ || archStores(pte))) {
    if (is_huge)
      accessHuge(s, step->process, first, step->action == STEP_WRITE);
    else
      *slot = archAccessed(pte, step->action == STEP_WRITE);
    if (step->action == STEP_WRITE && frame >= 0)
      frame_contents[frame] = seenValue(SEEN_WRITER + step->process, frame);
    return true;
  } else {
    unsigned char *faults = &o->entry[step->process * s->pages + page].faults;

    if (*faults != 255) ++*faults;
    /* A write would have gone somewhere; where, only a fault handler knows. */
    if (step->action == STEP_WRITE) o->entry[step->process * s->pages + page].seen = SEEN_FAULT;
    return false;
  }
}

static void collectEnd(const Scenario *s, Outcome *o, unsigned first) {
  struct folio *folio = currentFolio();
  const bool any_huge = s->pmd_mapped && anyHuge(s, first);
  unsigned p, i;

  o->mapcount_end = folio_mapcount(folio) + (any_huge ? hugeSurplus(s, first) : 0);
  for (p = 0; p < s->processes; p++) {
    EntryResult *result = o->entry + p * s->pages;

    collectRss(processes[p].mm, o->rss_end[p]);
    for (i = 0; i < s->pages; i++) {
      result[i].end = pte_val(any_huge && hugeAtStart(s, p) ? hugeEntry(s, p, first, i)
                                                            : *slotOf(&processes[p], first + i));
      if (PageAnonExclusive(folio_page(folio, any_huge ? 0 : i)))
        result[i].page_flags |= PAGE_EXCLUSIVE_END;
    }
  }
}

/* Returns the number of steps run: all, or those before the first fork. */
static unsigned runSteps(const Scenario *s, Outcome *o, unsigned first) {
  unsigned i, page, p, done;
  bool as_a_kernel = true;

  for (i = 0; i < s->pages; i++) frame_contents[i] = seenValue(SEEN_ORIGINAL, i);
  for (i = 0; i < (unsigned)s->processes * s->pages; i++) o->entry[i].seen = 0;
  for (done = 0; done < s->steps; done++) {
    const Step *step = &s->step[done];

    if (step->action == STEP_FORK) break;
    if (step->action == STEP_UNREGISTER) {
      unregister(s, first, step->process);
    } else if (step->action == STEP_SWAPOFF) {
      swapoff(s, o);
    } else if (step->action >= STEP_MIGRATED) {
      endMigration(s, first, step->action == STEP_MIGRATED);
    } else if (step->page != ALL_PAGES) {
      as_a_kernel &= access(s, o, first, step, step->page);
    } else {
      for (page = 0; page < s->pages; page++) as_a_kernel &= access(s, o, first, step, page);
    }
    o->steps_done += as_a_kernel;
  }
  forgetSlots(s);
  collectEnd(s, o, first);
  for (p = 0; p < s->processes; p++)
    for (i = 0; i < s->pages; i++) {
      unsigned short *seen = &o->entry[p * s->pages + i].seen;

      /* What the steps that were not run would have written, nobody knows either. */
      if (*seen == SEEN_FAULT || done < s->steps)
        *seen = SEEN_FAULT;
      else
        *seen = seenThrough(s, p, i, __pte(o->entry[p * s->pages + i].end));
    }
  return done;
}

static bool pageTouched(unsigned long pfn) {
  const unsigned long *word = (const unsigned long *)pfn_to_page(pfn);
  unsigned i;

  for (i = 0; i < sizeof(struct page) / sizeof(long); i++)
    if (word[i]) return true;
  return false;
}

/* Empties the slots from .. to - 1 of a process; returns how many were not empty. */
static unsigned emptySlots(Process *p, unsigned from, unsigned to) {
  unsigned t, used = 0;

  for (t = 0; t < TABLE_COUNT; t++) {
    unsigned begin = t * ARCH_TABLE_SLOTS, end = begin + ARCH_TABLE_SLOTS;
    pte_t *slot = p->table[t] - begin + (from > begin ? from : begin);
    pte_t *stop = p->table[t] - begin + (to < end ? to : end);

    for (; slot < stop; slot++) {
      used += !sameEntry(*slot, ARCH_NONE);
      *slot = ARCH_NONE;
    }
  }
  return used;
}

/* Empties every slot the scenario used and counts stores where none belong. */
static unsigned sweep(const Scenario *s, const Outcome *o, unsigned first) {
  const unsigned begin = first ? first - 1 : 0, end = first + s->pages + 1;
  const unsigned watch_begin = begin > WATCH ? begin - WATCH : 0;
  const unsigned watch_end = end + s->pages + WATCH;
  unsigned outside = 0, p, t, i, n;

  if (s->pmd_mapped) forgetHuge(s, first);
  for (p = 0; p < s->processes; p++) {
    Process *process = &processes[p];

    outside += emptySlots(process, watch_begin, begin);
    emptySlots(process, begin, end);
    outside += emptySlots(process, end, watch_end);
    for (t = 0; t < TABLE_COUNT; t++) {
      n = canaryEntries(s, t, first);
      for (i = 0; n && i < n + WATCH && i < ARCH_TABLE_SLOTS; i++) {
        pte_t *slot = &process->canary[t][i];

        if (!sameEntry(*slot, i < n ? canaryEntry(s, o, p, first, t, i) : ARCH_NONE)) outside++;
        *slot = ARCH_NONE;
      }
    }
    for (i = 0; i < s->pages; i++) {
      if (!(s->entry[p * s->pages + i] & ENTRY_OTHER) || !pageTouched(OTHER_PFN + i)) continue;
      memset(pfn_to_page(OTHER_PFN + i), 0, sizeof(struct page));
      outside++;
    }
  }
  return outside;
}

#endif
