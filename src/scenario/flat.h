/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flat scenario and outcome: plain C, because both sides of a process boundary read it - the
 * C++ tool, and the C agent that is compiled against a kernel tree's own headers (no libc there,
 * hence no <stdint.h>).
 *
 * A Scenario says what the world looks like before the operation. It names no architecture: each
 * subject encodes the entries in its own format and reports them back raw, in `EntryResult.before`,
 * and judges compare with that, never with the abstract request (an architecture without soft-dirty
 * would otherwise look like thousands of losses).
 *
 * Geometry, the same for every subject, so that two subjects can be compared entry by entry:
 *
 *   - the folio occupies page frames FOLIO_PFN .. FOLIO_PFN + pages - 1;
 *   - its page i is mapped, in every process, at slot scenarioFirstSlot() + i of two consecutive
 * page tables of TABLE_SLOTS entries (slot TABLE_SLOTS is the first of the second table); where
 * page tables are smaller (32 entries at least, a power of two) there are more of them, and a table
 * begins at every slot that is a multiple of their size;
 *   - the slot before and the slot after the folio map one page of *another* folio, whose page
 * frames continue the run (FOLIO_PFN - 1 and FOLIO_PFN + pages) and whose bits equal those of the
 * nearest entry of this folio (if that is a hole: young, read-only, exclusive), so that a batch
 * which runs too far has something to run into. A neighbour that would fall outside the two tables
 * is absent;
 *   - a process has one VMA over all of this, or two that meet at folio page `split`
 *     (split == pages: the first VMA ends exactly where the folio ends);
 *   - a folio that has been migrated is at page frames MOVED_PFN .. MOVED_PFN + pages - 1.
 *
 * Records are variable in length: only the first processes * pages elements of `entry` count.
 * Everything is zero unless said otherwise; zero is always the simplest value.
 */
#ifndef PTECHECK_SCENARIO_FLAT_H
#define PTECHECK_SCENARIO_FLAT_H

enum {
  MAX_PAGES = 512,     /* largest folio: order 9 */
  MAX_PROCESSES = 4,   /* including those that `fork` steps create */
  MAX_STEPS = 8,       /* what happens after the operation */
  TABLE_SLOTS = 512,   /* entries of one page table, of the largest kind */
  TABLES = 2,          /* page tables of that kind a process has, at consecutive addresses */
  FOLIO_PFN = 0x400,   /* aligned to the largest folio */
  OTHER_PFN = 0x800,   /* + page: the foreign page that an ENTRY_OTHER hole maps */
  MOVED_PFN = 0xa00,   /* + page: where STEP_MIGRATED puts the folio; aligned like FOLIO_PFN */
  SWAP_TYPE = 1,       /* of the folio in the swap cache ... */
  SWAP_OFFSET = 0x1000 /* ... + page */
};

/* The user address of slot 0 (aligned to what two page tables span). */
#define USER_BASE 0x40000000UL

/*
 * One entry, as asked for (Scenario.entry). At most one of the bits that say what it is
 * (entryKind()): present; one of the three entries in swap form that stand for this page; a hole.
 * A hole is 0 (none), ENTRY_OTHER, ENTRY_SWAPPED or ENTRY_MARKER. The bits in between say more of
 * an entry of this page, present or in swap form; ENTRY_EXCLUSIVE of one that maps it
 * (entryMaps()) is PageAnonExclusive, of a swap entry its marker.
 */
enum {
  ENTRY_PRESENT = 1 << 0,    /* maps its page of the folio */
  ENTRY_WRITE = 1 << 1,      /* pte_write(); in a shadow-stack VMA: write=0, dirty=1 */
  ENTRY_DIRTY = 1 << 2,      /* pte_dirty() */
  ENTRY_YOUNG = 1 << 3,      /* pte_young() */
  ENTRY_SOFT_DIRTY = 1 << 4, /* pte_soft_dirty() */
  ENTRY_UFFD_WP = 1 << 5,    /* pte_uffd_wp() */
  ENTRY_EXCLUSIVE = 1 << 6,  /* PageAnonExclusive of the page behind it */
  ENTRY_PROTNONE = 1 << 7,   /* pte_protnone(): NUMA hint or PROT_NONE */
  ENTRY_OTHER = 1 << 8,      /* hole: present, but maps a page of some other, small folio (young) */
  ENTRY_SWAPPED = 1 << 9,    /* hole: a swap entry of some other folio (offset + MAX_PAGES) */
  ENTRY_UNUSED = 1 << 10,    /* pte_unused(): a guest said that it needs the page no more (s390) */
  /* In swap form, with soft-dirty and uffd-wp in the software bits: */
  ENTRY_SWAP = 1 << 11,             /* the page's own swap entry; exclusive: the marker */
  ENTRY_DEVICE_EXCLUSIVE = 1 << 12, /* write or read; maps its page, which is exclusive */
  ENTRY_DEVICE_PRIVATE = 1 << 13,   /* write or read; maps its page, which is in device memory */
  ENTRY_MARKER = 1 << 14            /* hole: PTE_MARKER_UFFD_WP */
};
#define ENTRY_KINDS                                                                    \
  (ENTRY_PRESENT | ENTRY_OTHER | ENTRY_SWAPPED | ENTRY_SWAP | ENTRY_DEVICE_EXCLUSIVE | \
   ENTRY_DEVICE_PRIVATE | ENTRY_MARKER)
#define entryKind(bits) ((bits)&ENTRY_KINDS)
/* Counts in the folio's mapcount, and is what try_to_unmap() and try_to_migrate() look for. */
#define entryMaps(bits) ((bits) & (ENTRY_PRESENT | ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE))

enum { /* Scenario.folio_flags and Outcome.folio_flags; anonymous unless FOLIO_FILE */
       FOLIO_SWAPBACKED = 1 << 0, /* clear: lazyfree; with FOLIO_FILE: shmem */
       FOLIO_DIRTY = 1 << 1,
       FOLIO_UPTODATE = 1 << 2,
       FOLIO_SWAPCACHE = 1 << 3, /* has swap slots SWAP_OFFSET.. and one reference a page for it */
       FOLIO_LOCKED = 1 << 4,
       FOLIO_MLOCKED = 1 << 5,
       FOLIO_FILE = 1 << 6,     /* in the page cache, not anonymous: one reference a page more */
       FOLIO_HWPOISON = 1 << 7, /* PageHWPoison of its page; it has one page */
       FOLIO_DEVICE_PRIVATE =
           1 << 8 /* in device memory; one page, mapped by ENTRY_DEVICE_PRIVATE */
};

enum {                         /* VmaSpec.flags; every VMA is readable */
       VMA_WRITE = 1 << 0,     /* VM_WRITE */
       VMA_LOCKED = 1 << 1,    /* VM_LOCKED */
       VMA_DROPPABLE = 1 << 2, /* VM_DROPPABLE (6.11 and later) */
       VMA_UFFD_WP = 1 << 3,   /* VM_UFFD_WP */
       VMA_SHADOW_STACK = 1 << 4,
       VMA_SOFTDIRTY = 1 << 5, /* VM_SOFTDIRTY: soft-dirty is not tracked, all counts as written */
       VMA_FILE = 1 << 6,      /* of a file or shmem: not vma_is_anonymous(); private ... */
       VMA_SHARED = 1 << 7     /* ... unless VM_SHARED (of a VMA_FILE only) */
};

enum { OPERATION_TRY_TO_UNMAP = 0, OPERATION_TRY_TO_MIGRATE = 1 };

enum {                              /* Scenario.ttu */
       UNMAP_BATCH_FLUSH = 1 << 0,  /* TTU_BATCH_FLUSH: may defer TLB flushes */
       UNMAP_IGNORE_MLOCK = 1 << 1, /* TTU_IGNORE_MLOCK */
       UNMAP_HWPOISON = 1 << 2      /* TTU_HWPOISON */
};

enum { /* Scenario.event: what another CPU or a failing call does, at the event_at-th chance (from
          1) */
       EVENT_NONE = 0,
       EVENT_REFERENCE = 1,      /* a folio reference is taken, and kept, between clear and count */
       EVENT_SWAP_DUPLICATE = 2, /* swap_duplicate() fails */
       EVENT_ARCH_UNMAP = 3      /* arch_unmap_one() fails (a kernel's does on sparc64 only) */
};

enum {                /* Step.action */
       STEP_READ = 0, /* process reads pages (everybody reads everything at the end anyway) */
       STEP_WRITE = 1,
       STEP_FORK = 2, /* process forks; the child is the next unused process number */
       /* These are about all processes; `process` is 0 and `page` ALL_PAGES. */
       STEP_SWAPOFF = 3,      /* unuse_pte() on every swap entry of the folio */
       STEP_MIGRATED = 4,     /* remove_migration_ptes(): the folio is now at MOVED_PFN ... */
       STEP_NOT_MIGRATED = 5, /* ... or could not move, and is mapped again where it was */
       /* Of a process again: its VMAs are registered for uffd-wp no more; `page` is ALL_PAGES. */
       STEP_UNREGISTER = 6
};

enum { ALL_PAGES = 0xffff };

typedef struct VmaSpec {
  unsigned short flags; /* VMA_* */
} VmaSpec;

typedef struct Step {
  unsigned char action;  /* STEP_* */
  unsigned char process; /* 0 is A */
  unsigned short page;   /* of the folio, or ALL_PAGES in rising order */
} Step;

typedef struct Scenario {
  unsigned short pages;       /* of the folio: a power of two, 1 .. MAX_PAGES */
  unsigned char processes;    /* that map it at the start: 1 .. MAX_PROCESSES */
  unsigned char operation;    /* OPERATION_* */
  unsigned short folio_flags; /* FOLIO_* */
  unsigned short references;  /* extra folio references, beside isolation, mappings, swap cache */
  unsigned short pins;        /* FOLL_PIN pins */
  unsigned short table_end;   /* folio page at which the first page table ends; 0: it does not */
  unsigned char ttu;          /* UNMAP_* */
  unsigned char
      remote_cpu;      /* 1: the processes also run on another CPU (x86 may then defer flushes) */
  unsigned char event; /* EVENT_* */
  unsigned char steps; /* of `step` in use */
  unsigned short event_at; /* 1: the first chance */
  /* Processes (a bit each) that map the folio by one PMD, which is split before its entries are
     unmapped or migrated. It has as many pages as a page table has entries; all of the process's
     entries are present and equal, and `before` shows what the split makes of them. */
  unsigned short pmd_mapped;
  /* 1: once its entries are built, a process's blocks that may be contiguous are (arm64: what
     contpte_try_fold() folds, dirty and young ORed over the block). 0: none is. */
  unsigned short folded;
  unsigned short split[MAX_PROCESSES]; /* folio page where VMA 1 follows VMA 0; 0: one VMA only */
  VmaSpec vma[MAX_PROCESSES][2];
  Step step[MAX_STEPS];                            /* after the operation */
  unsigned short entry[MAX_PROCESSES * MAX_PAGES]; /* ENTRY_*, [process * pages + page] */
} Scenario;

enum { /* Outcome.status */
       STATUS_DONE = 0,
       STATUS_UNMODELLED = 1,  /* reached a function or datum the environment does not model */
       STATUS_BUG = 2,         /* BUG(), VM_BUG_ON or panic() */
       STATUS_SIGNAL = 3,      /* SIGSEGV, SIGILL, ... in the subject */
       STATUS_UNSUPPORTED = 4, /* this subject cannot express the scenario (see message) */
       STATUS_HANG = 5
};

enum { RSS_ANON = 0, RSS_FILE = 1, RSS_SHMEM = 2, RSS_SWAP = 3, RSS_KINDS = 4 };

/*
 * What a load returns: the page whose contents it are, and who wrote them last.
 * SEEN_ZERO: a fresh zero page. SEEN_FAULT: the access faults, and this subject does not model the
 * fault (so nobody knows). Otherwise seenValue().
 */
enum { SEEN_ZERO = 0, SEEN_FAULT = 0xffff, SEEN_ORIGINAL = 1, SEEN_WRITER = 2, SEEN_SHIFT = 11 };
#define seenValue(who, page)                                                                      \
  ((unsigned short)(((who) << SEEN_SHIFT) | (page))) /* who: SEEN_ORIGINAL, SEEN_WRITER + process \
                                                      */

enum { /* EntryResult.page_flags; page-wide, the same in every process's record of that page */
       PAGE_EXCLUSIVE_BEFORE = 1 << 0, /* PageAnonExclusive */
       PAGE_EXCLUSIVE_AFTER = 1 << 1,
       PAGE_EXCLUSIVE_END = 1 << 2 /* after all steps; of the page at MOVED_PFN if it moved there */
};

typedef struct EntryResult {
  unsigned long long before; /* raw entry, as built */
  unsigned long long after;  /* raw entry, when the operation has returned, before any step */
  unsigned long long end;    /* raw entry, after all steps (before everybody reads everything) */
  unsigned short seen;       /* what this process reads here, after all steps */
  unsigned char faults;      /* this process's faults on this page during the steps (saturates) */
  unsigned char page_flags;  /* PAGE_* */
  int swap_count;            /* change of the page's swap count by the operation */
} EntryResult;

typedef struct Outcome {
  unsigned char status;      /* STATUS_*; with any but STATUS_DONE only `message` counts */
  unsigned char event_fired; /* the injected event happened */
  unsigned char unmapped;    /* the folio has no mapping left */
  unsigned char outside;     /* times an entry outside folio, VMA or page table was touched (model),
                                or memory behind the page tables changed (tree) */
  unsigned short folio_flags_before, folio_flags; /* FOLIO_* */
  unsigned short
      processes; /* at the end of the steps; records of forked ones: only `seen`, `faults` */
  unsigned short warnings;       /* WARN()s */
  int refcount_before, refcount; /* of the folio */
  int mapcount_before, mapcount;
  int mapcount_end; /* after all steps; of the folio at MOVED_PFN if it moved there */
  int rss[MAX_PROCESSES][RSS_KINDS];     /* change by the operation */
  int rss_end[MAX_PROCESSES][RSS_KINDS]; /* change by operation and steps; a child's: all it has */
  unsigned int flushes;                  /* immediate TLB flushes */
  unsigned int flushed_pages;            /* pages they covered */
  unsigned char flush_pending;           /* tlb_ubc.flush_required afterwards */
  unsigned char flush_pending_writable;  /* tlb_ubc.writable */
  /* Steps that this subject ran as a kernel would, from the first; all, unless it cannot fork or
     handle a fault. `end`, `mapcount_end`, `rss_end` mean something only if it ran all of them. */
  unsigned char steps_done;
  unsigned short batches;       /* batches unmapped, put back, migrated, or (steps) migrated
                                   back; 0 if the subject cannot tell */
  unsigned int batched_entries; /* entries in them */
  unsigned int
      flush_batched[MAX_PROCESSES]; /* low 15 bits of mm->tlb_flush_batched: times deferred */
  unsigned long long neighbour_before[MAX_PROCESSES][2]; /* the entry before and after the folio */
  unsigned long long neighbour_after[MAX_PROCESSES][2];
  char message[120]; /* NUL-terminated; why status is not DONE, or the first warning */
  EntryResult entry[MAX_PROCESSES * MAX_PAGES]; /* [process * pages + page] */
} Outcome;

/*
 * Slot of the folio's page 0. Unless asked for, no page table of any architecture ends inside a
 * folio that fits in one: the smallest table has 32 entries, larger folios are aligned to their
 * size.
 */
static inline unsigned scenarioFirstSlot(const Scenario *s) {
  if (s->table_end) return TABLE_SLOTS - s->table_end;
  return s->pages < 32 ? 16 : s->pages % TABLE_SLOTS;
}

#define scenarioBytes(processes, pages) \
  (sizeof(Scenario) - sizeof(unsigned short) * (MAX_PROCESSES * MAX_PAGES - (processes) * (pages)))
#define outcomeBytes(processes, pages) \
  (sizeof(Outcome) - sizeof(EntryResult) * (MAX_PROCESSES * MAX_PAGES - (processes) * (pages)))

#endif
