/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How ptecheck talks to an agent: the executable that holds a kernel tree's own code.
 *
 * The host creates a memory file, lays out an AgentHeader at its start and the records behind it,
 * and starts the agent with the file's descriptor number as argv[1]. The agent maps the whole file
 * once, so the host chooses the file's size first and never changes it; header fields and records
 * may change between commands. The host writes one command byte to the agent's stdin, the agent
 * answers one byte on stdout. An agent that dies leaves end-of-file there, and `done` in the header
 * says where it was.
 *
 * Plain C that C++ can include; no kernel header and no libc header is needed.
 */
#ifndef PTECHECK_KERNEL_AGENT_PROTOCOL_H
#define PTECHECK_KERNEL_AGENT_PROTOCOL_H

#include "scenario/events.h"
#include "scenario/flat.h"

enum { AGENT_MAGIC = 0x70746543, AGENT_VERSION = 3, AGENT_RECORD_ALIGN = 64 };

enum {                        /* commands: one byte on the agent's stdin */
       AGENT_RUN = 'r',       /* run scenarios first .. count - 1 */
       AGENT_SELF_TEST = 's', /* run the built-in baseline scenarios; sets self_test, message */
       AGENT_LEAK_TEST = 'd', /* does a scenario of this batch change another's outcome? sets
                                 self_test, message */
       AGENT_QUIT = 'q'       /* exit 0 (end-of-file does the same) */
};

enum {                   /* answers: one byte on its stdout */
       AGENT_OK = 'k',   /* the command was carried out; look at the records or at self_test */
       AGENT_ERROR = 'e' /* it could not be: `message` says why (sizes differ, no environment) */
};

enum { SELF_TEST_NOT_RUN = 0, SELF_TEST_PASSED = 1, SELF_TEST_FAILED = 2 };

/* What this tree's build looks like. Filled when the agent starts, before it reads its first
 * command. */
typedef struct AgentIdentity {
  unsigned long long page_size; /* bytes */
  unsigned long long
      page_readonly;              /* raw PAGE_READONLY, the protection all entries are built from */
  unsigned long long page_none;   /* raw PAGE_NONE, that of ENTRY_PROTNONE */
  unsigned long long struct_page; /* sizeof(struct page) */
  unsigned entries_per_table;
  unsigned reference; /* 1: batches are forced to one entry (PTECHECK_REFERENCE) */
  unsigned can_batch; /* 1: this tree's mm/rmap.c calls folio_pte_batch or folio_pte_batch_flags */
  unsigned has_droppable; /* 1: VM_DROPPABLE exists, 0: such scenarios are STATUS_UNSUPPORTED */
  unsigned has_soft_dirty;
  unsigned has_uffd_wp;
  unsigned has_shadow_stack;
  unsigned unknown_data; /* number of data in ptecheck_unknown_data[] */
  char features[64];     /* of the processor, that entries depend on and that are switched on */
} AgentIdentity;

typedef struct AgentHeader {
  /* the host's part */
  unsigned magic, version; /* AGENT_MAGIC, AGENT_VERSION */
  unsigned header_size;    /* sizeof(AgentHeader), ... */
  unsigned scenario_size,
      outcome_size;      /* ... of the full structs, as the host's compiler sees them */
  unsigned first, count; /* scenarios first .. count - 1 of the batch are to be run */
  unsigned scenario_stride,
      outcome_stride; /* bytes from one record to the next: the largest
          scenarioBytes() or outcomeBytes() in the batch, rounded up to
          AGENT_RECORD_ALIGN. A record that does not fit is STATUS_UNSUPPORTED */
  unsigned reserved;
  unsigned long long scenario_offset, outcome_offset; /* of record 0, bytes from the file's start,
                                multiples of AGENT_RECORD_ALIGN */
  unsigned long long coverage_offset, coverage_size; /* bytes; size 0: none wanted. Byte i becomes 1
                                when code at address coverage_base + i reported itself. Choose the
                                size of the executable file: its text cannot be longer.
                                An agent for events, which records no coverage, has an
                                EventRecord there for each scenario of a batch */
  /* the agent's part */
  unsigned long long coverage_base; /* lowest address of the agent's text */
  unsigned long long coverage_lost; /* reports outside the table: if not 0, it is too small */
  unsigned done;      /* scenarios below this one have their outcome. While a batch runs:
                  the index of the one at work; afterwards: count */
  unsigned self_test; /* SELF_TEST_* */
  char message[320];  /* NUL-terminated: AGENT_ERROR's or the self-test's reason */
  AgentIdentity identity;
} AgentHeader;

/* Beside each scenario of a batch, in an agent for events. */
typedef struct EventRecord {
  EventPlan plan;     /* the host's */
  EventReport report; /* the agent's; status DONE only */
} EventRecord;

/*
 * What the builder generates for a datum nobody defines: an area nobody may touch. The table ends
 * with an element whose name is NULL; the areas lie between the two marks, which are page-aligned.
 */
typedef struct AgentUnknownDatum {
  unsigned long long address; /* of the area that stands for the datum */
  unsigned long long size;    /* bytes */
  const char *name;           /* the symbol */
} AgentUnknownDatum;

#ifdef __cplusplus
extern "C" {
#endif
extern const AgentUnknownDatum ptecheck_unknown_data[];
extern char ptecheck_unknown_begin[], ptecheck_unknown_end[];
#ifdef __cplusplus
}
#endif

#endif
