// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands (protocol.h), the self-test and the leak test.
 *
 * The self-test asks whether this environment is good enough for this tree: plain scenarios that
 * break no rule in any kernel must run without a warning of the tree's own checks. If one does not,
 * no verdict on the tree may be given. A broken tree must not fail here but break a rule, so the
 * baselines lack what tempts broken code: no neighbouring folio, nothing behind a page table.
 *
 * The leak test asks whether a scenario's outcome depends on what ran before it: each scenario of a
 * batch runs in a fresh environment, then again after each other one, and the two outcomes must be
 * equal.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel_agent/boundary.h"

static AgentHeader *header;
static char *base;
static unsigned long file_bytes;

static int fail(const char *message) {
  snprintf(header->message, sizeof(header->message), "%s", message);
  return -1;
}

static const Scenario *scenarioAt(unsigned i) {
  return (const Scenario *)(base + header->scenario_offset +
                            (unsigned long long)i * header->scenario_stride);
}

static Outcome *outcomeAt(unsigned i) {
  return (Outcome *)(base + header->outcome_offset +
                     (unsigned long long)i * header->outcome_stride);
}

static int headerFits(void) {
  if (header->magic != AGENT_MAGIC || header->version != AGENT_VERSION)
    return fail("host and agent speak different protocol versions");
  if (header->header_size != sizeof(AgentHeader) || header->scenario_size != sizeof(Scenario) ||
      header->outcome_size != sizeof(Outcome))
    return fail("host and agent disagree about the size of a record");
  return 0;
}

static int batchFits(void) {
  if (headerFits()) return -1;
  if (header->scenario_offset % AGENT_RECORD_ALIGN || header->outcome_offset % AGENT_RECORD_ALIGN ||
      header->scenario_stride % AGENT_RECORD_ALIGN || header->outcome_stride % AGENT_RECORD_ALIGN ||
      header->scenario_stride < scenarioBytes(0, 0) || header->outcome_stride < outcomeBytes(0, 0))
    return fail("the records of the batch are not aligned, or too small");
  if (header->first > header->count ||
      header->scenario_offset + (unsigned long long)header->count * header->scenario_stride >
          file_bytes ||
      header->outcome_offset + (unsigned long long)header->count * header->outcome_stride >
          file_bytes)
    return fail("the batch does not fit the shared memory");
  return 0;
}

static int recordFits(const Scenario *s) {
  return s->pages <= MAX_PAGES && s->processes <= MAX_PROCESSES &&
         scenarioBytes(s->processes, s->pages) <= header->scenario_stride &&
         outcomeBytes(s->processes, s->pages) <= header->outcome_stride;
}

#ifdef PTECHECK_EVENTS
/* One record a scenario, where another agent has its coverage. */
static int eventsFit(void) {
  if (header->coverage_size / sizeof(EventRecord) >= header->count) return 0;
  return fail("the events of the batch do not fit the shared memory");
}

static void takeEvents(unsigned i) {
  EventRecord *record = (EventRecord *)(base + header->coverage_offset) + i;

  agent_event_plan = &record->plan;
  agent_event_report = &record->report;
  agentEventsBegin();
}
#endif

static int runBatch(void) {
  unsigned i;

  if (batchFits()) return -1;
#ifdef PTECHECK_EVENTS
  if (eventsFit()) return -1;
#endif
  for (i = header->first; i < header->count; i++) {
    const Scenario *s = scenarioAt(i);
    Outcome *o = outcomeAt(i);

    __atomic_store_n(&header->done, i, __ATOMIC_RELAXED);
    if (recordFits(s)) {
#ifdef PTECHECK_EVENTS
      takeEvents(i);
#endif
      runtimeRun(s, o);
    } else {
      memset(o, 0, outcomeBytes(0, 0));
      o->status = STATUS_UNSUPPORTED;
      snprintf(o->message, sizeof(o->message),
               "UNSUPPORTED the record is larger than the batch's stride");
    }
  }
  __atomic_store_n(&header->done, header->count, __ATOMIC_RELEASE);
#ifdef PTECHECK_EVENTS
  agent_event_plan = NULL;
#endif
  return 0;
}

/* ---- self-test ---- */

static Scenario baseline(unsigned pages, unsigned process_count) {
  Scenario s;
  unsigned i;

  memset(&s, 0, sizeof(s));
  s.pages = pages;
  s.processes = process_count;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  for (i = 0; i < process_count; i++) s.vma[i][0].flags = s.vma[i][1].flags = VMA_WRITE;
  for (i = 0; i < process_count * pages; i++)
    s.entry[i] =
        ENTRY_PRESENT | ENTRY_YOUNG | (process_count == 1 ? ENTRY_WRITE | ENTRY_EXCLUSIVE : 0);
  return s;
}

/*
 * Null, or what is wrong. Only what the environment answers for: that the tree's own checks are
 * content, and that the starting state counts as it should. What the operation leaves behind is for
 * the rules to judge; a broken tree must fail there, with a rule's name, and not here.
 */
static const char *baselineVerdict(const Scenario *s, const Outcome *o) {
  const int entries = s->processes * s->pages;
  const int swap = s->folio_flags & FOLIO_SWAPCACHE ? s->pages : 0;

  if (o->status != STATUS_DONE || o->warnings) return o->message;
  if (o->mapcount_before != entries)
    return "the folio's mapping count is not its number of entries";
  if (o->refcount_before != 1 + entries + swap)
    return "the folio's reference count is not as built";
  return NULL;
}

static int runBaseline(const char *name, const Scenario *s) {
  static Outcome outcome;
  const char *wrong;

  agent_alone = 1;
  runtimeRun(s, &outcome);
  agent_alone = 0;
  wrong = baselineVerdict(s, &outcome);
  if (!wrong) return 0;
  header->self_test = SELF_TEST_FAILED;
  snprintf(header->message, sizeof(header->message),
           "the environment does not satisfy this tree's own checks: %s (baseline: %s)", wrong,
           name);
  return 1;
}

static void selfTest(void) {
  static const unsigned short sizes[] = {1, 2, 4, 16, 512};
  static const char *const kinds[] = {"lazyfree",       "dirty lazyfree", "swap-backed",
                                      "deferred flush", "page-table end", "split VMA"};
  unsigned size, process_count, kind;
  char name[80];

  header->self_test = SELF_TEST_PASSED;
  header->message[0] = 0;
  for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
    for (process_count = 1; process_count <= 2; process_count++)
      for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
        Scenario s = baseline(sizes[size], process_count);

        if (kind == 1) s.folio_flags |= FOLIO_DIRTY;
        if (kind == 2) s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE | FOLIO_DIRTY;
        if (kind == 3) s.ttu = UNMAP_BATCH_FLUSH, s.remote_cpu = 1;
        if (kind == 4) s.table_end = (sizes[size] + 1) / 2;
        if (kind == 5) s.split[process_count - 1] = (sizes[size] + 1) / 2;
        snprintf(name, sizeof(name), "%s, %u pages, %u processes", kinds[kind], sizes[size],
                 process_count);
        if (runBaseline(name, &s)) return;
      }
}

/* ---- leak test ---- */

static unsigned long bytesOf(const Scenario *s) { return outcomeBytes(s->processes, s->pages); }

static int leakTest(void) {
  static Outcome alone, after, other;
  unsigned i, j;

  if (batchFits()) return -1;
  header->self_test = SELF_TEST_PASSED;
  header->message[0] = 0;
  for (i = header->first; i < header->count; i++) {
    const Scenario *s = scenarioAt(i);

    if (!recordFits(s)) return fail("a record is larger than the batch's stride");
    runtimeReset();
    runtimeRun(s, &alone);
    for (j = header->first; j < header->count; j++) {
      if (!recordFits(scenarioAt(j))) return fail("a record is larger than the batch's stride");
      runtimeRun(scenarioAt(j), &other);
      if (!agentStateIsPristine()) {
        header->self_test = SELF_TEST_FAILED;
        snprintf(header->message, sizeof(header->message), "scenario %u leaves something behind",
                 j);
        return 0;
      }
      runtimeRun(s, &after);
      if (memcmp(&alone, &after, alone.status == STATUS_DONE ? bytesOf(s) : outcomeBytes(0, 0))) {
        header->self_test = SELF_TEST_FAILED;
        snprintf(header->message, sizeof(header->message),
                 "scenario %u ends differently after scenario %u", i, j);
        return 0;
      }
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  struct stat status;
  char command, answer;
  unsigned char *coverage = NULL;
  int started;

  if (argc != 2 || fstat(atoi(argv[1]), &status) || status.st_size < (off_t)sizeof(AgentHeader)) {
    fprintf(stderr, "this is an agent of ptecheck; only ptecheck can start it\n");
    return 2;
  }
  file_bytes = status.st_size;
  base = mmap(NULL, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[1]), 0);
  if (base == MAP_FAILED) return 2;
  header = (AgentHeader *)base;
  started = headerFits();
  if (!started && header->coverage_size) {
    if (header->coverage_offset + header->coverage_size <= file_bytes)
      coverage = (unsigned char *)base + header->coverage_offset;
    else
      started = fail("the coverage table does not fit the shared memory");
  }
#ifdef PTECHECK_EVENTS
  coverage = NULL; /* events lie there: EventRecord */
#endif
  if (!started) started = runtimeStart(header, coverage);
  while (read(0, &command, 1) == 1 && command != AGENT_QUIT) {
    int result = started;

    if (!result && command == AGENT_RUN)
      result = runBatch();
    else if (!result && command == AGENT_SELF_TEST)
      selfTest();
    else if (!result && command == AGENT_LEAK_TEST)
      result = leakTest();
    else if (!result)
      result = fail("unknown command");
    answer = result ? AGENT_ERROR : AGENT_OK;
    if (write(1, &answer, 1) != 1) return 2;
  }
  return 0;
}
