// SPDX-License-Identifier: GPL-2.0-only
/*
 * The libc half of the agent: memory, traps, and the leaf operations that are modelled.
 *
 * Kernel code reaches this file by symbol name only; no kernel header is seen here, so a modelled
 * function takes what the calling convention passes (a struct with one unsigned long, such as
 * swp_entry_t, is one unsigned long) and a newer tree's changed prototype cannot clash at compile
 * time.
 *
 * Three ways out of a scenario besides its end: an assertion of the tree (env_bug), something
 * nobody modelled (env_unmodelled, or a touched guard area), a signal. All three jump back to
 * runtimeRun(), which reports and then builds the whole environment anew, since the scenario left
 * locks held and counts halfway. A warning is recorded and the scenario goes on.
 *
 * Own definitions are weak, so that a neighbour file of the tree that has the real one wins.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include "kernel_agent/boundary.h"

#define WEAK __attribute__((weak))

enum { TICK_MS = 250, HANG_TICKS = 8 };

AgentState agent_state;
int agent_alone;
char *env_ram, *env_vmemmap;

static AgentHeader *header;
static unsigned char *coverage;
static sigjmp_buf way_out;
static int trap_status;
static char trap_message[sizeof(((Outcome *)0)->message)];
static char dump_reason[80];           /* what dump_page() was told, for the BUG() that follows */
static volatile unsigned serial;       /* scenarios begun */
static unsigned serial_at_tick, ticks; /* since the last progress */
static char signal_stack[65536];

/* A function whose effect no scenario can see. */
#define NOTHING(name) \
  void name(void);    \
  WEAK void name(void) {}

/*
 * The architecture's part, arch/FOLDER/arch_user.h, defines
 *
 *   ARCH_RAM, ARCH_VMEMMAP   where RAM and the array of struct page are mapped
 *   archProgramCounter()     of a signal's context
 *   archIsPrivileged()       was it an instruction that only a kernel may execute?
 *   archMapped()             memory is mapped: tells the tree's variables; null, or what is wrong
 *
 * and the leaf functions and harmless data that only this architecture has.
 */
#include "arch_user.h"

/*
 * Before 6.15, try_to_migrate_one() took the page frame of a device-exclusive entry with pte_pfn(),
 * as if it were present: a page that is none of the folio's, or no page at all. What comes of it, a
 * WARN or a fault, is the tree's own mistake, not this environment's; and the page it wrote to is
 * anybody's, so that the scenario ends there.
 */
static int migratesDeviceExclusive(void) {
  const Scenario *s = agent_state.scenario;
  unsigned i;

  if (agent_state.phase != PHASE_OPERATION || s->operation != OPERATION_TRY_TO_MIGRATE) return 0;
  for (i = 0; i < (unsigned)s->processes * s->pages; i++)
    if (s->entry[i] & ENTRY_DEVICE_EXCLUSIVE) return 1;
  return 0;
}

/* ---- ways out ---- */

static _Noreturn __attribute__((format(printf, 2, 3))) void leave(int status, const char *format,
                                                                  ...) {
  va_list list;
  int n = 0;

  if (agent_state.phase == PHASE_BUILD && status != STATUS_UNSUPPORTED) {
    status = STATUS_UNSUPPORTED;
    n = snprintf(trap_message, sizeof(trap_message), "UNSUPPORTED while building: ");
  }
  va_start(list, format);
  vsnprintf(trap_message + n, sizeof(trap_message) - n, format, list);
  va_end(list);
  trap_status = status;
  siglongjmp(way_out, 1);
}

void env_unmodelled(const char *name, void *return_address) {
  leave(STATUS_UNMODELLED, "UNMODELLED %s() pc=%p", name, return_address);
}

void env_broken(const char *text, void *pc) { leave(STATUS_BUG, "BUG %s pc=%p", text, pc); }

void env_unsupported(const char *text) { leave(STATUS_UNSUPPORTED, "UNSUPPORTED %s", text); }

/* BUG(), BUG_ON(), VM_BUG_ON_PAGE() ...: overlay/asm/bug.h. */
_Noreturn void env_bug(const char *file, int line, const char *text);
void env_bug(const char *file, int line, const char *text) {
  leave(STATUS_BUG, "BUG %s:%d %s", file, line, dump_reason[0] ? dump_reason : text);
}

/* WARN_ON() ...; "1" is what is left of a condition that a macro has tested before. */
void env_warn(const char *file, int line, const char *text);
void env_warn(const char *file, int line, const char *text) {
  if (agent_state.phase != PHASE_OPERATION && agent_state.phase != PHASE_STEPS)
    leave(agent_state.phase == PHASE_BUILD ? STATUS_UNSUPPORTED : STATUS_BUG, "%sWARN %s:%d %s",
          agent_state.phase == PHASE_BUILD ? "UNSUPPORTED while building: " : "", file, line,
          dump_reason[0] ? dump_reason : text);
  if (dump_reason[0]) text = dump_reason;
  if (migratesDeviceExclusive())
    leave(STATUS_BUG, "BUG %s:%d %s (at a device-exclusive entry)", file, line, text);
  if (!agent_state.warnings++)
    snprintf(agent_state.warning, sizeof(agent_state.warning), "WARN %s:%d %s", file, line, text);
  dump_reason[0] = 0;
}

/* WARN(condition, format...): its text is worth more than its condition. */
void warn_slowpath_fmt(const char *file, int line, unsigned taint, const char *format, ...);
void warn_slowpath_fmt(const char *file, int line, unsigned taint, const char *format, ...) {
  char text[80] = "";
  va_list list;

  (void)taint;
  if (format) {
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
  }
  text[strcspn(text, "\n")] = 0;
  env_warn(file, line, text);
}

_Noreturn void panic(const char *format, ...);
void panic(const char *format, ...) {
  char text[80];
  va_list list;

  va_start(list, format);
  vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  leave(STATUS_BUG, "BUG panic: %s pc=%p", text, __builtin_return_address(0));
}

/* mm/debug.c prints the page; here its reason becomes the text of the BUG() or WARN_ON() behind it.
 */
void dump_page(const void *page, const char *reason);
void dump_page(const void *page, const char *reason) {
  (void)page;
  snprintf(dump_reason, sizeof(dump_reason), "%s", reason ? reason : "");
}

static void onSignal(int number, siginfo_t *info, void *context) {
  const unsigned long pc = archProgramCounter(number, context);
  const unsigned long address = (unsigned long)info->si_addr;
  const AgentUnknownDatum *d;

  if (number == SIGPROF) { /* CPU time passes; does the scenario? */
    if (agent_state.phase == PHASE_OUTSIDE || serial != serial_at_tick) {
      serial_at_tick = serial;
      ticks = 0;
    } else if (++ticks > HANG_TICKS) {
      ticks = 0;
      leave(STATUS_HANG, "HANG pc=0x%lx", pc);
    }
    return;
  }
  if (number == SIGSEGV && address >= (unsigned long)ptecheck_unknown_begin &&
      address < (unsigned long)ptecheck_unknown_end) {
    for (d = ptecheck_unknown_data; d->name; d++)
      if (address - d->address < d->size)
        leave(STATUS_UNMODELLED, "UNMODELLED datum %s pc=0x%lx", d->name, pc);
  }
  if (archIsPrivileged(number, info)) leave(STATUS_SIGNAL, "PRIVILEGED instruction pc=0x%lx", pc);
  if (migratesDeviceExclusive())
    leave(STATUS_BUG, "BUG fault at a device-exclusive entry, address=0x%lx pc=0x%lx", address, pc);
  leave(STATUS_SIGNAL, "SIGNAL %d address=0x%lx pc=0x%lx", number, address, pc);
}

/* ---- running ---- */

static void *map(unsigned long address, unsigned long bytes) {
  return mmap((void *)address, bytes, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void resetEnvironment(void) {
  agent_state.phase = PHASE_OUTSIDE;
  /* Fresh pages, not cleared ones: most of RAM is never touched. */
  map(ARCH_RAM, RAM_PAGES * agentPageSize());
  map(ARCH_VMEMMAP, RAM_PAGES * agentPageBytes());
  memset(&agent_state, 0, sizeof(agent_state));
  dump_reason[0] = 0;
  agentReset();
}

void runtimeReset(void) { resetEnvironment(); }

void runtimeRun(const Scenario *scenario, Outcome *outcome) {
  serial++;
  agent_state.phase = PHASE_OUTSIDE;
  memset(&agent_state, 0,
         __builtin_offsetof(AgentState, swap_change)); /* that part clears itself */
  memset(outcome, 0, outcomeBytes(0, 0));
  agent_state.scenario = scenario;
  agent_state.outcome = outcome;
  dump_reason[0] = 0;
  if (!sigsetjmp(way_out, 0)) {
    agentRun(scenario, outcome);
    agent_state.phase = PHASE_OUTSIDE;
    return;
  }
  agent_state.phase = PHASE_OUTSIDE;
  memset(outcome, 0, outcomeBytes(0, 0));
  outcome->status = trap_status;
  memcpy(outcome->message, trap_message, sizeof(outcome->message));
  if (sigsetjmp(way_out, 0)) { /* cannot happen if it worked at start */
    snprintf(header->message, sizeof(header->message), "the environment cannot be rebuilt: %s",
             trap_message);
    return;
  }
  resetEnvironment();
}

int runtimeStart(AgentHeader *h, unsigned char *coverage_table) {
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGPROF};
  const struct itimerval timer = {{0, TICK_MS * 1000}, {0, TICK_MS * 1000}};
  const stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof(signal_stack)};
  extern char __executable_start;
  struct sigaction action;
  unsigned long unknown = ptecheck_unknown_end - ptecheck_unknown_begin;
  const AgentUnknownDatum *d;
  const char *wrong;
  unsigned i;

  header = h;
  coverage = coverage_table;
  header->coverage_base = (unsigned long)&__executable_start;
  env_ram = map(ARCH_RAM, RAM_PAGES * agentPageSize());
  env_vmemmap = map(ARCH_VMEMMAP, RAM_PAGES * agentPageBytes());
  if (env_ram == MAP_FAILED || env_vmemmap == MAP_FAILED ||
      (unknown && mprotect(ptecheck_unknown_begin, unknown, PROT_NONE))) {
    snprintf(header->message, sizeof(header->message), "cannot map memory: %s", strerror(errno));
    return -1;
  }
  wrong = archMapped();
  if (wrong) {
    snprintf(header->message, sizeof(header->message), "%s", wrong);
    return -1;
  }
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART;
  sigaltstack(&stack, NULL);
  for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) sigaction(signals[i], &action, NULL);
  if (sigsetjmp(way_out, 0)) {
    snprintf(header->message, sizeof(header->message),
             "the environment cannot be built with this tree: %s", trap_message);
    return -1;
  }
  resetEnvironment();
  agentIdentify(&header->identity);
  for (d = ptecheck_unknown_data; d->name; d++) header->identity.unknown_data++;
  setitimer(ITIMER_PROF, &timer, NULL);
  return 0;
}

/* ---- coverage: gcc calls this at every branch target of instrumented files ---- */

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void) {
  unsigned long offset;

  if (!coverage || (agent_state.phase != PHASE_OPERATION && agent_state.phase != PHASE_STEPS))
    return;
  offset = (unsigned long)__builtin_return_address(0) - header->coverage_base;
  if (offset < header->coverage_size)
    coverage[offset] = 1;
  else
    header->coverage_lost++;
}

/* ---- swap: a count for each page of the folio, as a change; the newer names take the folio. Not
 * weak: mm/swapfile.c is there (swapoff.c), but does not count. ----
 */

static void countSwap(long page, long pages, int change) {
  for (; pages > 0; pages--) {
    if (page >= 0 && page < agent_state.scenario->pages)
      agent_state.swap_change[page++] += change;
    else
      agent_state.outside++; /* a slot that is not this folio's */
  }
}

static int swapDuplicate(long page, long pages) {
  if (agent_state.scenario->event == EVENT_SWAP_DUPLICATE &&
      ++agent_state.duplications == agent_state.scenario->event_at) {
    agent_state.event_fired = 1;
    return -ENOMEM; /* what a failed swap_count_continued() returns, mm/swapfile.c, v6.12 */
  }
  countSwap(page, pages, 1);
  return 0;
}

static void swapFree(long page, long pages) { countSwap(page, pages, -1); }

int swap_duplicate(unsigned long entry);
int swap_duplicate(unsigned long entry) { return swapDuplicate(agentSwapPage(entry), 1); }

int swap_duplicate_nr(unsigned long entry, int pages);
int swap_duplicate_nr(unsigned long entry, int pages) {
  return swapDuplicate(agentSwapPage(entry), pages);
}

void swap_free_nr(unsigned long entry, int pages);
void swap_free_nr(unsigned long entry, int pages) { swapFree(agentSwapPage(entry), pages); }

/* A null page means the whole folio (mm/swap.h, v6.19). */
int folio_dup_swap(void *folio, void *page);
int folio_dup_swap(void *folio, void *page) {
  return swapDuplicate(agentFolioPage(page ? page : folio), page ? 1 : agent_state.scenario->pages);
}

void folio_put_swap(void *folio, void *page);
void folio_put_swap(void *folio, void *page) {
  swapFree(agentFolioPage(page ? page : folio), page ? 1 : agent_state.scenario->pages);
}

/* The swap cache: the folio, or nothing. */
void *swap_cache_get_folio(unsigned long entry);
WEAK void *swap_cache_get_folio(unsigned long entry) { return agentSwapCacheFolio(entry); }

/* Reading what is in no swap cache: no scenario has a device to read from. */
void *swapin_readahead(void);
WEAK void *swapin_readahead(void) { return NULL; }

/* ---- TLB: each architecture has functions of its own; all that flush at once end here ---- */

void env_flushed(unsigned long pages) {
  if (agent_state.phase != PHASE_OPERATION) return;
  agent_state.flushes++;
  agent_state.flushed_pages += pages;
}

/* ---- nothing to do ---- */

/* Statistics nobody reads here. */
NOTHING(__lruvec_stat_mod_folio)
NOTHING(lruvec_stat_mod_folio)
NOTHING(__mod_node_page_state)
NOTHING(mod_node_page_state)
NOTHING(mm_trace_rss_stat)
/* One CPU, no preemption, no grace periods. */
NOTHING(__cond_resched)
NOTHING(__rcu_read_lock)
NOTHING(__rcu_read_unlock)
NOTHING(rcu_read_unlock_strict)
/* Empties this CPU's batch of folios waiting to be mlocked: there is none (mlock_folio() in
 * agent.c). */
NOTHING(mlock_drain_local)
/* Nobody writes folios back. */
NOTHING(folio_wait_writeback)
/* Puts a folio on a list for a later split, which no scenario has. Not weak: huge.c has another. */
void deferred_split_folio(void);
void deferred_split_folio(void) {}
/* A folio's last reference: the count itself, zero, is in the outcome. */
NOTHING(__folio_put)
/* Prints. */
NOTHING(dump_vma)
NOTHING(dump_mm)
NOTHING(_printk)

/* ---- data known to be harmless, each with its reason ---- */

/* Two CPUs, so that there is another one whose TLB a flush may be deferred for. */
WEAK unsigned nr_cpu_ids = 2;
/* A batch size for per-CPU counters, which are exact here (percpu_counter_add_batch() in agent.c).
 */
WEAK int percpu_counter_batch = 32;
/* Page frame of the shared zero page; no scenario maps it, and its frame is no folio's. */
WEAK unsigned long zero_pfn = 3, zero_page_pfn = 3 /* 2026 */, huge_zero_pfn = ~0ul;
/* Static keys that are off unless a boot option turns them on. */
WEAK char hugetlb_optimize_vmemmap_key[64] __attribute__((aligned(64)));
/* Counters by folio order. */
WEAK char mthp_stats[65536] __attribute__((aligned(64)));
/* The offset of a CPU's per-CPU area: none. */
WEAK unsigned long __per_cpu_offset[8192];

_Bool env_inRam(unsigned long address) {
  return address - (unsigned long)env_ram < RAM_PAGES * agentPageSize();
}
