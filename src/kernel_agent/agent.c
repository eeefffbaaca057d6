// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's half of the agent.
 *
 * This one translation unit holds the user's own mm/rmap.c, unmodified, and the code that gives it
 * a world to work on. It is compiled with the flags that Kbuild records for mm/rmap.c, against the
 * headers of that tree, so that struct layouts, inline functions and configuration are the tree's.
 * Nothing is renamed and nothing is copied: file and line in a report are the user's.
 *
 *   reference.h   batches forced to one entry, for the second executable
 *   spellings.h   names that changed between versions
 *   arch_kernel.h what is different on this architecture (arch/FOLDER/)
 *   world.h       processes, page tables, VMAs: what stays
 *   entries.h     what a scenario says of an entry -> a page-table entry
 *   huge.h        a folio that is mapped by a PMD
 *   build.h       scenario -> kernel state
 *   move.h        a folio's move to other page frames
 *   userfaultfd.h userfaultfd's letting go of a VMA
 *   swapoff.h     swapoff
 *   collect.h     kernel state -> outcome, steps, sweeping up
 *   moments.h     what another processor does meanwhile, in the agent for events
 *
 * The libc half is runtime.c; boundary.h is all they share.
 */
#define PTECHECK_AGENT 1 /* overlay/asm/barrier.h: this file's barriers are places for events */
#include "have.h"
#ifdef PTECHECK_REFERENCE
#include "kernel_agent/reference.h"
#endif
#include KFILE_RMAP

#include <asm/pgalloc.h>
#include <linux/mm_inline.h>
#include <linux/percpu_counter.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>
#include <linux/swapops.h>
#include <linux/userfaultfd_k.h>

#if defined(HAVE_vma_start_anon_pgoff)
#include "vma.h" /* __vma_set_anon_pgoff() */
#endif

#include "kernel_agent/boundary.h"
#include "kernel_agent/spellings.h"

/* Data of the tree that mm/rmap.c and its headers read. Weak: a neighbour may bring the
 * real one. */
struct mm_struct init_mm __weak;
spinlock_t mmlist_lock __weak;
#if defined(HAVE_swap_migration_ad_supported)
bool swap_migration_ad_supported __weak;
#endif

/* Has a migration entry's offset room for young and dirty? As swapfile_init() finds out,
 * mm/swapfile.c, v6.12; on x86 as for a processor without L1TF. */
static void startSwap(void) {
#if defined(HAVE_swap_migration_ad_supported)
  swp_entry_t last = pte_to_swp_entry(swp_entry_to_pte(swp_entry(0, ~0ul)));

  swap_migration_ad_supported = swp_offset(last) + 1 >= 1ul << SWP_MIG_TOTAL_BITS;
#endif
}

/*
 * The architecture's part, arch/FOLDER/arch_kernel.h, defines
 *
 *   ARCH_TABLE_SLOTS            entries of a page table, a constant
 *   ARCH_NONE                   an empty entry
 *   archLoads(), archStores()   does hardware let user code read, write through this entry?
 *   archAccessed()              what hardware makes of an entry that it uses
 *   archUnused()                marks an entry that pte_unused() is to know
 *   archReset()                 gives code a `current`, a CPU 0 and the features entries depend on
 *   archFeatures()              names of those that are switched on, for the report
 *   archStartTables()           prepares empty upper tables, where empty is not zero
 *   archOtherCpu()              notes that CPU 1 runs the process too, where not only mm_cpumask()
 * does archFold()                  makes a contiguous block of what ends here, if the tree would
 */
#include "arch_kernel.h"
#include "kernel_agent/collect.h" /* and with it move.h, build.h, ... */
#ifdef PTECHECK_EVENTS
#include "kernel_agent/moments.h"
#endif

/* --- what the tree calls and this environment answers, where kernel types are needed --- */

/* The tree's own lock words, so that its lock assertions mean something. */
#ifndef _raw_spin_lock
void __weak _raw_spin_lock(raw_spinlock_t *lock) {
  if (arch_spin_is_locked(&lock->raw_lock))
    env_broken("spin_lock() of a lock that is held", __builtin_return_address(0));
  arch_spin_lock(&lock->raw_lock);
  agent_state.locks++;
}
#endif

#ifndef _raw_spin_trylock
int __weak _raw_spin_trylock(raw_spinlock_t *lock) {
  if (arch_spin_is_locked(&lock->raw_lock)) return 0;
  arch_spin_lock(&lock->raw_lock);
  agent_state.locks++;
  return 1;
}
#endif

#ifndef _raw_spin_unlock
void __weak _raw_spin_unlock(raw_spinlock_t *lock) {
  if (!arch_spin_is_locked(&lock->raw_lock))
    env_broken("spin_unlock() of a lock that is free", __builtin_return_address(0));
  arch_spin_unlock(&lock->raw_lock);
  agent_state.locks--;
}
#endif

/* Readers only: rmap walks take no anon_vma lock for writing. The count is the real one, for
 * assertions that ask whether the lock is held; a reader counts RWSEM_READER_BIAS
 * (kernel/locking/rwsem.c, v6.12). */
enum { READER = 1 << 8 };

void __weak down_read(struct rw_semaphore *sem) {
  atomic_long_add(READER, &sem->count);
  agent_state.rwsem_readers++;
}

int __weak down_read_trylock(struct rw_semaphore *sem) {
  down_read(sem);
  return 1;
}

void __weak up_read(struct rw_semaphore *sem) {
  if (atomic_long_read(&sem->count) < READER)
    env_broken("up_read() of a semaphore that nobody reads", __builtin_return_address(0));
  atomic_long_sub(READER, &sem->count);
  agent_state.rwsem_readers--;
}

void __weak percpu_counter_add_batch(struct percpu_counter *counter, s64 amount, s32 batch) {
  counter->count += amount; /* one CPU: exact */
}

/* mm/mlock.c moves folios between LRU lists through per-CPU batches; the flag is what a scenario
 * sees. */
void __weak mlock_folio(struct folio *folio) { folio_set_mlocked(folio); }

void __weak munlock_folio(struct folio *folio) { folio_clear_mlocked(folio); }

/* An anonymous folio's folio_mark_dirty() sets the flag and nothing else (mm/page-writeback.c,
 * noop_dirty_folio() of swap_aops and of folios without mapping, v6.12). */
bool __weak folio_mark_dirty(struct folio *folio) { return !folio_test_set_dirty(folio); }

/* Another CPU's turn: see overlay/asm/barrier.h. */
void agentBarrier(void) {
  const Scenario *s = agent_state.scenario;

  if (agent_state.phase != PHASE_OPERATION || s->event != EVENT_REFERENCE) return;
  if (++agent_state.barriers != s->event_at) return;
  folio_ref_add(scenarioFolio(), 1);
  agent_state.event_fired = 1;
}

/* Asked by each arch_unmap_one() of mm/rmap.c: see overlay/linux/pgtable.h. */
int agentArchUnmap(void) {
  const Scenario *s = agent_state.scenario;

  if (agent_state.phase != PHASE_OPERATION || s->event != EVENT_ARCH_UNMAP) return 0;
  if (++agent_state.arch_unmaps != s->event_at) return 0;
  agent_state.event_fired = 1;
  return -1;
}

long agentSwapPage(unsigned long raw) {
  swp_entry_t entry = {raw};

  if (swp_type(entry) != SWAP_TYPE || swp_offset(entry) < SWAP_OFFSET ||
      swp_offset(entry) >= SWAP_OFFSET + agent_state.scenario->pages)
    return -1;
  return swp_offset(entry) - SWAP_OFFSET;
}

long agentFolioPage(const void *page) {
  long index = (const struct page *)page - pfn_to_page(FOLIO_PFN);

  return index >= 0 && index < agent_state.scenario->pages ? index : -1;
}

/* --- start --- */

unsigned long agentPageBytes(void) { return sizeof(struct page); }
unsigned long agentPageSize(void) { return PAGE_SIZE; }

void agentIdentify(AgentIdentity *identity) {
  identity->page_size = PAGE_SIZE;
  identity->page_readonly = pgprot_val(SPELLING_READONLY);
  identity->page_none = pgprot_val(PAGE_NONE);
  identity->struct_page = sizeof(struct page);
  identity->entries_per_table = ARCH_TABLE_SLOTS;
#ifdef PTECHECK_REFERENCE
  identity->reference = 1;
#endif
#if defined(RMAP_CALLS_folio_pte_batch) || defined(RMAP_CALLS_folio_pte_batch_flags)
  identity->can_batch = 1;
#endif
  identity->has_droppable = SPELLING_VM_DROPPABLE != 0;
  identity->has_soft_dirty = pte_soft_dirty(pte_mksoft_dirty(__pte(0))) != 0;
  identity->has_uffd_wp = pte_val(spellingMakeUffd(__pte(0))) != 0;
  identity->has_shadow_stack = SPELLING_VM_SHADOW_STACK != 0;
  snprintf(identity->features, sizeof(identity->features), "%s", archFeatures());
}

void agentReset(void) {
  unsigned i;

  BUILD_BUG_ON(TABLE_SLOTS % ARCH_TABLE_SLOTS);
  BUILD_BUG_ON(4 * UPPER_FRAMES + 2 * TABLE_COUNT > PROCESS_FRAMES);
  memset(&agent_task, 0, sizeof(agent_task));
  archReset(&agent_task);
  memset(&geometry, 0, sizeof(geometry));
  memset(&neighbour_image, 0, sizeof(neighbour_image));
  dirty_pages = moved_pages = 0;
  startSwap();
  highest_memmap_pfn = RAM_PAGES - 1; /* vm_normal_page() asks, of all that is mapped */
  INIT_LIST_HEAD(&init_mm.mmlist);
  spin_lock_init(&mmlist_lock);
  for (i = 0; i < MAX_PROCESSES; i++) buildProcess(i);
}

/* --- one scenario --- */

static void checkScenario(const Scenario *s) {
  unsigned i, p;

  if (!s->pages || s->pages > MAX_PAGES || (s->pages & (s->pages - 1)))
    env_unsupported("a folio has 1, 2, 4 ... 512 pages");
  if (!s->processes || s->processes > MAX_PROCESSES) env_unsupported("1 to 4 processes");
  if (s->operation > OPERATION_TRY_TO_MIGRATE)
    env_unsupported("the operations are try_to_unmap and try_to_migrate");
  if (s->pmd_mapped && hugeUnsupported(s)) env_unsupported(hugeUnsupported(s));
#if !defined(arch_unmap_one)
  if (s->event == EVENT_ARCH_UNMAP) env_unsupported("this tree has no arch_unmap_one()");
#endif
#if !defined(CONFIG_DEVICE_PRIVATE)
  if (s->folio_flags & FOLIO_DEVICE_PRIVATE)
    env_unsupported("this tree has no CONFIG_DEVICE_PRIVATE");
#endif
#if !defined(CONFIG_MEMORY_FAILURE)
  if (s->folio_flags & FOLIO_HWPOISON) env_unsupported("this tree has no CONFIG_MEMORY_FAILURE");
#endif
  if (s->table_end > TABLE_SLOTS) env_unsupported("table_end is at most 512");
  if (s->steps > MAX_STEPS) env_unsupported("at most 8 steps");
  for (i = 0; i < s->steps; i++) {
    if (s->step[i].action == STEP_FORK) break;
    if (s->step[i].action == STEP_SWAPOFF && !insideUnuseVma)
      env_unsupported("swapoff is in this tree's mm/swapfile.c, which was left out");
    if (s->step[i].action >= STEP_SWAPOFF && s->step[i].action < STEP_UNREGISTER) continue;
    if (s->step[i].process >= s->processes ||
        (s->step[i].page != ALL_PAGES && s->step[i].page >= s->pages))
      env_unsupported("a step names a process or page that is not there");
  }
  for (p = 0; p < s->processes; p++) {
    unsigned flags = s->vma[p][0].flags | (s->split[p] ? s->vma[p][1].flags : 0);

    if (s->split[p] > s->pages) env_unsupported("split lies behind the folio");
    if ((flags & VMA_DROPPABLE) && !SPELLING_VM_DROPPABLE)
      env_unsupported("this tree has no VM_DROPPABLE (6.11 and later have)");
    if ((flags & VMA_SHADOW_STACK) && !SPELLING_VM_SHADOW_STACK)
      env_unsupported("this tree has no user shadow stacks");
  }
}

void agentRun(const Scenario *s, Outcome *o) {
  struct folio *folio = scenarioFolio();
  unsigned first, steps, flags = 0;

  checkScenario(s);
  first = scenarioFirstSlot(s);
  agent_state.phase = PHASE_BUILD;
  buildScenario(s, o, first);
  collectBefore(s, o, first);
  if (s->ttu & UNMAP_BATCH_FLUSH) flags |= TTU_BATCH_FLUSH;
  if (s->ttu & UNMAP_IGNORE_MLOCK) flags |= TTU_IGNORE_MLOCK;
  if (s->ttu & UNMAP_HWPOISON) flags |= TTU_HWPOISON;
  /* As shrink_folio_list() and unmap_folio() ask for it, of a folio that a PMD can map. */
  if (s->pmd_mapped) flags |= TTU_SPLIT_HUGE_PMD;

  agent_state.phase = PHASE_OPERATION;
  if (s->operation == OPERATION_TRY_TO_MIGRATE)
    try_to_migrate(folio, (enum ttu_flags)flags);
  else
    try_to_unmap(folio, (enum ttu_flags)flags);
#ifdef PTECHECK_EVENTS
  endGlance();
#endif
  if (agent_state.locks) env_broken("a spin lock is still held after the operation", try_to_unmap);
  if (agent_state.rwsem_readers)
    env_broken("a reverse map's lock is still held after the operation", try_to_unmap);

  agent_state.phase = PHASE_COLLECT;
  collectAfter(s, o, first);
  agent_state.phase = PHASE_STEPS;
  steps = runSteps(s, o, first);
  agent_state.phase = PHASE_COLLECT;
  forgetMovedFolio();
  agent_state.outside += sweep(s, o, first);
  o->outside = agent_state.outside > 255 ? 255 : agent_state.outside;
  o->warnings = agent_state.warnings > 65535 ? 65535 : agent_state.warnings;
  if (o->warnings)
    memcpy(o->message, agent_state.warning, sizeof(o->message));
  else if (steps < s->steps)
    snprintf(o->message, sizeof(o->message),
             "NOTE steps from %u on not run: fork is not modelled here", steps);
}

int agentStateIsPristine(void) {
  unsigned long p;
  unsigned i, t;

  for (p = 0; p < MAX_PROCESSES; p++)
    for (t = 0; t < TABLE_COUNT; t++)
      for (i = 0; i < ARCH_TABLE_SLOTS; i++)
        if (!sameEntry(processes[p].table[t][i], ARCH_NONE) ||
            !sameEntry(processes[p].canary[t][i], ARCH_NONE))
          return 0;
  for (i = 0; i < MAX_PAGES; i++) {
    if (pageTouched(OTHER_PFN + i) || pageTouched(MOVED_PFN + i)) return 0;
    if (i > dirty_pages && pageTouched(FOLIO_PFN + i)) return 0;
    if (agent_state.swap_change[i]) return 0;
  }
  return 1;
}
