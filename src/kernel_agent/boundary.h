/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What agent.c, which sees kernel headers, and runtime.c and main.c, which see libc, know of each
 * other. Neither side's headers may appear here.
 */
#ifndef PTECHECK_KERNEL_AGENT_BOUNDARY_H
#define PTECHECK_KERNEL_AGENT_BOUNDARY_H

#include "kernel_agent/protocol.h"

enum { RAM_PAGES = 4096 }; /* modelled RAM: page frames 0 .. RAM_PAGES - 1 */

enum AgentPhase { /* what a warning or trap means depends on when it comes */
                  PHASE_OUTSIDE =
                      0, /* no scenario at work: a trap is the environment's own failure */
                  PHASE_BUILD =
                      1, /* the scenario contradicts the tree's checks: STATUS_UNSUPPORTED */
                  PHASE_OPERATION = 2, /* the tree's fault */
                  PHASE_COLLECT = 3,
                  PHASE_STEPS = 4 /* as well */
};

/* Everything a scenario changes that is not kernel data. Cleared by agentRun(). */
typedef struct AgentState {
  const Scenario *scenario;
  Outcome *outcome;
  enum AgentPhase phase;
  unsigned warnings;
  char warning[120]; /* the first one */
  unsigned flushes, flushed_pages;
  unsigned barriers;     /* smp_mb() of mm/rmap.c passed */
  unsigned duplications; /* swap_duplicate() calls */
  unsigned arch_unmaps;  /* arch_unmap_one() calls */
  unsigned event_fired;
  unsigned outside;
  int locks; /* spin locks held */
  int rwsem_readers;
  int swap_change[MAX_PAGES]; /* by page of the folio */
} AgentState;

extern AgentState agent_state;
/* 1: nothing beside the folio's entries invites a batch to go on (self-test). */
extern int agent_alone;

/* runtime.c */
extern char *env_ram;     /* page frame 0 */
extern char *env_vmemmap; /* struct page 0 */
void env_unmodelled(const char *name, void *return_address) __attribute__((noreturn, cold));
/* A broken promise that no assertion of the tree sees; `pc`: an address in the code to blame. */
void env_broken(const char *text, void *pc) __attribute__((noreturn, cold));
void env_unsupported(const char *text) __attribute__((noreturn, cold));
/* A TLB flush that is waited for, of so many pages. Counted during the operation. */
void env_flushed(unsigned long pages);
/* Is this kernel address in the linear map? */
_Bool env_inRam(unsigned long address);
/* Runs one scenario: traps end in the outcome, and in a fresh environment. */
void runtimeRun(const Scenario *scenario, Outcome *outcome);
void runtimeReset(void); /* as if no scenario had ever run */
/* Maps memory, installs handlers, builds the environment. 0, or -1 with header->message set. */
int runtimeStart(AgentHeader *header, unsigned char *coverage);

/* agent.c */
void agentIdentify(AgentIdentity *identity);
unsigned long agentPageBytes(void); /* sizeof(struct page) */
unsigned long agentPageSize(void);  /* PAGE_SIZE */
void agentReset(void);              /* builds everything anew; RAM and vmemmap are zero */
void agentRun(const Scenario *scenario, Outcome *outcome);
long agentSwapPage(unsigned long entry); /* raw swp_entry_t -> page of the folio, -1: foreign */
void *agentSwapCacheFolio(unsigned long entry); /* with a reference; null: it is not in the cache */
long agentFolioPage(const void *page);          /* struct page -> page of the folio, -1: foreign */
#ifdef PTECHECK_EVENTS
#include "scenario/events.h"
extern const EventPlan *agent_event_plan; /* of the run to come; null: no events */
extern EventReport *agent_event_report;
void agentEventsBegin(void); /* before each run */
#endif
int agentStateIsPristine(void); /* 1: nothing is left in tables and RAM (slow; leak test) */

#endif
