/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From kernel state to an Outcome, the steps that follow the operation, and the sweeping up. Part
 * of agent.c.
 *
 * Steps run as hardware runs them: an access that the entry permits reaches the page frame, any
 * other is a fault, and fault handlers are not part of this environment, so it is only counted.
 * Contents are one number a frame: who wrote it last.
 */
#ifndef PTECHECK_KERNEL_AGENT_COLLECT_H
#define PTECHECK_KERNEL_AGENT_COLLECT_H

#include "kernel_agent/build.h"

static unsigned short frame_contents[MAX_PAGES];

static unsigned folioFlags(struct folio *folio) {
  return (folio_test_swapbacked(folio) ? FOLIO_SWAPBACKED : 0) |
         (folio_test_dirty(folio) ? FOLIO_DIRTY : 0) |
         (folio_test_uptodate(folio) ? FOLIO_UPTODATE : 0) |
         (folio_test_swapcache(folio) ? FOLIO_SWAPCACHE : 0) |
         (folio_test_locked(folio) ? FOLIO_LOCKED : 0) |
         (folio_test_mlocked(folio) ? FOLIO_MLOCKED : 0);
}

static void collectBefore(Outcome *o) {
  struct folio *folio = scenarioFolio();

  o->folio_flags_before = folioFlags(folio);
  o->refcount_before = folio_ref_count(folio);
  o->mapcount_before = folio_mapcount(folio);
}

static void collectAfter(const Scenario *s, Outcome *o, unsigned first) {
  struct folio *folio = scenarioFolio();
  unsigned p, i;

  o->folio_flags = folioFlags(folio);
  o->refcount = folio_ref_count(folio);
  o->mapcount = folio_mapcount(folio);
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

    if (PageAnonExclusive(folio_page(folio, i))) r->page_flags |= PAGE_EXCLUSIVE_AFTER;
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

    o->rss[p][RSS_ANON] = (int)get_mm_counter(mm, MM_ANONPAGES) - RSS_BASE;
    o->rss[p][RSS_FILE] = (int)get_mm_counter(mm, MM_FILEPAGES) - RSS_BASE;
    o->rss[p][RSS_SHMEM] = (int)get_mm_counter(mm, MM_SHMEMPAGES) - RSS_BASE;
    o->rss[p][RSS_SWAP] = (int)get_mm_counter(mm, MM_SWAPENTS) - RSS_BASE;
#if defined(CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH)
    o->flush_batched[p] =
        atomic_read(&mm->tlb_flush_batched) & 0x7fff; /* pending: bits 0-14, v6.12 */
#endif
    result = o->entry + p * s->pages;
    for (i = 0; i < s->pages; i++) result[i].after = pte_val(*slotOf(&processes[p], first + i));
    if (first) o->neighbour_after[p][0] = pte_val(*slotOf(&processes[p], first - 1));
    if (first + s->pages < SLOTS)
      o->neighbour_after[p][1] = pte_val(*slotOf(&processes[p], first + s->pages));
  }
}

/* The page of the folio that a load through this entry reaches; -1: another frame; -2: none. */
static int frameOf(const Scenario *s, pte_t pte) {
  unsigned long pfn;

  if (!pte_present(pte)) return -2;
  pfn = pte_pfn(pte);
  return pfn >= FOLIO_PFN && pfn < FOLIO_PFN + s->pages ? (int)(pfn - FOLIO_PFN) : -1;
}

static unsigned short seenThrough(const Scenario *s, pte_t pte) {
  int page = frameOf(s, pte);

  if (page >= 0) return frame_contents[page];
  if (page == -1) return SEEN_FAULT;
  if (pte_none(pte)) return SEEN_ZERO;
  {
    swp_entry_t entry = __pte_to_swp_entry(pte);

    if (__swp_type(entry) == SWAP_TYPE && __swp_offset(entry) >= SWAP_OFFSET &&
        __swp_offset(entry) < SWAP_OFFSET + s->pages)
      return frame_contents[__swp_offset(entry) - SWAP_OFFSET];
  }
  return SEEN_FAULT;
}

/* False if it is a fault. */
static bool access(const Scenario *s, Outcome *o, unsigned first, const Step *step, unsigned page) {
  pte_t pte = *slotOf(&processes[step->process], first + page);
  int frame = frameOf(s, pte);

  if (archLoads(pte) && (step->action == STEP_READ || archStores(pte))) {
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

/* Returns the number of steps run: all, or those before the first fork. */
static unsigned runSteps(const Scenario *s, Outcome *o, unsigned first) {
  unsigned i, page, p, done;
  bool as_a_kernel = true;

  for (i = 0; i < s->pages; i++) frame_contents[i] = seenValue(SEEN_ORIGINAL, i);
  for (i = 0; i < (unsigned)s->processes * s->pages; i++) o->entry[i].seen = 0;
  for (done = 0; done < s->steps; done++) {
    const Step *step = &s->step[done];

    if (step->action == STEP_FORK) break;
    if (step->page != ALL_PAGES) {
      as_a_kernel &= access(s, o, first, step, step->page);
    } else {
      for (page = 0; page < s->pages; page++) as_a_kernel &= access(s, o, first, step, page);
    }
    o->steps_done += as_a_kernel;
  }
  for (p = 0; p < s->processes; p++)
    for (i = 0; i < s->pages; i++) {
      unsigned short *seen = &o->entry[p * s->pages + i].seen;

      /* What the steps that were not run would have written, nobody knows either. */
      if (*seen == SEEN_FAULT || done < s->steps)
        *seen = SEEN_FAULT;
      else
        *seen = seenThrough(s, *slotOf(&processes[p], first + i));
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
