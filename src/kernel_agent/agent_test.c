// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test of a finished agent, from the outside: `agent_test AGENT [scenarios for the speed
 * figure]`.
 *
 * It plays the host's part (protocol.h), asks for the self-test, checks a few scenarios whose
 * outcome every version since 6.12 agrees on, and lets random scenarios run through the leak test.
 * Prints what failed; exit code 0 or 1.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel_agent/protocol.h"

enum { CAPACITY = 4096, COVERAGE = 4 << 20 };

static AgentHeader *header;
static int to_agent, from_agent, failures;
static pid_t agent_pid;
static unsigned long long random_state = 1;

static unsigned randomBelow(unsigned n) { /* splitmix64 */
  unsigned long long z = (random_state += 0x9e3779b97f4a7c15ull);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return (unsigned)((z ^ (z >> 31)) >> 33) % n;
}

#define expect(condition, ...)                               \
  do {                                                       \
    if (!(condition)) {                                      \
      printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
      printf(__VA_ARGS__);                                   \
      printf("\n");                                          \
      failures++;                                            \
    }                                                        \
  } while (0)

static unsigned roundUp(unsigned long bytes) {
  return (bytes + AGENT_RECORD_ALIGN - 1) / AGENT_RECORD_ALIGN * AGENT_RECORD_ALIGN;
}

static Scenario *scenario(unsigned i) {
  return (Scenario *)((char *)header + header->scenario_offset +
                      (unsigned long)i * header->scenario_stride);
}

static Outcome *outcome(unsigned i) {
  return (Outcome *)((char *)header + header->outcome_offset +
                     (unsigned long)i * header->outcome_stride);
}

static void start(const char *path) {
  const unsigned long bytes =
      65536 + CAPACITY * (4ul * roundUp(scenarioBytes(4, 16)) + roundUp(outcomeBytes(4, 16))) +
      8 * (sizeof(Scenario) + sizeof(Outcome)) + COVERAGE;
  int fd = memfd_create("ptecheck", 0), in[2], out[2];
  char number[16];

  if (fd < 0 || ftruncate(fd, bytes) || pipe(in) || pipe(out)) exit(2);
  header = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (header == MAP_FAILED) exit(2);
  header->magic = AGENT_MAGIC;
  header->version = AGENT_VERSION;
  header->header_size = sizeof(AgentHeader);
  header->scenario_size = sizeof(Scenario);
  header->outcome_size = sizeof(Outcome);
  header->coverage_offset = bytes - COVERAGE;
  header->coverage_size = COVERAGE;
  snprintf(number, sizeof(number), "%d", fd);
  agent_pid = fork();
  if (!agent_pid) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    execl(path, path, number, (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_agent = in[1];
  from_agent = out[0];
}

static void layOut(unsigned count, unsigned processes, unsigned pages) {
  header->first = 0;
  header->count = count;
  header->scenario_stride = roundUp(scenarioBytes(processes, pages));
  header->outcome_stride = roundUp(outcomeBytes(processes, pages));
  header->scenario_offset = 4096;
  header->outcome_offset = 4096 + (unsigned long long)count * header->scenario_stride;
}

static char command(char c) {
  char answer = 0;

  if (write(to_agent, &c, 1) != 1 || read(from_agent, &answer, 1) != 1) {
    printf("the agent died at scenario %u\n", header->done);
    exit(1);
  }
  return answer;
}

/* One scenario with the given folio; entries are the caller's to fill in. */
static Scenario *one(unsigned pages, unsigned processes, unsigned folio_flags) {
  Scenario *s;
  unsigned i;

  layOut(1, processes, pages);
  s = scenario(0);
  memset(s, 0, scenarioBytes(processes, pages));
  s->pages = pages;
  s->processes = processes;
  s->folio_flags = folio_flags | FOLIO_UPTODATE | FOLIO_LOCKED;
  for (i = 0; i < processes; i++) s->vma[i][0].flags = s->vma[i][1].flags = VMA_WRITE;
  for (i = 0; i < processes * pages; i++) s->entry[i] = ENTRY_PRESENT | ENTRY_YOUNG;
  return s;
}

static Outcome *run(void) {
  expect(command(AGENT_RUN) == AGENT_OK, "%s", header->message);
  expect(header->done == header->count, "%u", header->done);
  return outcome(0);
}

static void testDiscard(void) {
  Scenario *s = one(4, 1, 0);
  Outcome *o;

  s->step[0] = (Step){STEP_WRITE, 0, 2};
  s->steps = 1;
  o = run();
  expect(o->status == STATUS_DONE && !o->warnings, "%s", o->message);
  expect(o->refcount_before == 5 && o->refcount == 1, "%d %d", o->refcount_before, o->refcount);
  expect(o->mapcount_before == 4 && o->mapcount == 0, "%d %d", o->mapcount_before, o->mapcount);
  expect(o->unmapped && o->rss[0][RSS_ANON] == -4, "%d", o->rss[0][RSS_ANON]);
  expect(o->entry[1].after == 0 && o->entry[1].seen == SEEN_ZERO, "%llx", o->entry[1].after);
  expect(o->entry[2].faults == 1 && o->entry[1].faults == 0, "%u", o->entry[2].faults);
  expect(o->neighbour_before[0][0] && o->neighbour_before[0][0] == o->neighbour_after[0][0],
         "before");
  expect(o->neighbour_before[0][1] && o->neighbour_before[0][1] == o->neighbour_after[0][1],
         "after");
  expect(!o->outside, "%u", o->outside);
  expect(o->flushes && o->flushed_pages == 4, "%u", o->flushed_pages);
}

static void testReference(void) {
  Scenario *s = one(4, 1, 0);
  Outcome *o;

  s->event = EVENT_REFERENCE;
  s->event_at = 1;
  o = run();
  expect(o->status == STATUS_DONE && o->event_fired && !o->unmapped, "%s", o->message);
  expect(o->entry[0].after == o->entry[0].before && o->entry[0].before, "%llx", o->entry[0].after);
  expect(o->refcount == o->refcount_before + 1, "%d", o->refcount);
}

static void testDirty(void) {
  Scenario *s = one(2, 2, FOLIO_DIRTY);
  Outcome *o;

  s->step[0] = (Step){STEP_WRITE, 1, ALL_PAGES};
  s->step[1] = (Step){STEP_FORK, 0, 0};
  s->steps = 2;
  o = run();
  expect(o->status == STATUS_DONE && o->mapcount == 4, "%d", o->mapcount);
  expect(o->folio_flags & FOLIO_SWAPBACKED, "%x", o->folio_flags);
  expect(o->entry[2].faults == 1 && o->entry[3].faults == 1, "read-only entries fault");
  expect(o->entry[1].seen == seenValue(SEEN_ORIGINAL, 1), "%x", o->entry[1].seen);
  expect(!strncmp(o->message, "NOTE steps from 1", 17), "%s", o->message);
}

static void testSwap(void) {
  Scenario *s = one(4, 1, FOLIO_SWAPBACKED | FOLIO_SWAPCACHE | FOLIO_DIRTY);
  Outcome *o;
  unsigned i;

  for (i = 0; i < 4; i++) s->entry[i] |= ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_SOFT_DIRTY;
  s->remote_cpu = 1;
  s->ttu = UNMAP_BATCH_FLUSH;
  o = run();
  expect(o->status == STATUS_DONE && !o->warnings && o->unmapped, "%s", o->message);
  expect(o->rss[0][RSS_ANON] == -4 && o->rss[0][RSS_SWAP] == 4, "%d", o->rss[0][RSS_SWAP]);
  expect(o->flush_pending && !o->flushes && o->flush_batched[0], "%u", o->flushes);
  for (i = 0; i < 4; i++) {
    expect(o->entry[i].swap_count == 1, "%d", o->entry[i].swap_count);
    expect(o->entry[i].page_flags == PAGE_EXCLUSIVE_BEFORE, "%u", o->entry[i].page_flags);
    expect(o->entry[i].seen == seenValue(SEEN_ORIGINAL, i), "%x", o->entry[i].seen);
  }
  /* The third call fails: two pages out, that one put back, one untouched. */
  s->event = EVENT_SWAP_DUPLICATE;
  s->event_at = 3;
  o = run();
  expect(o->event_fired && o->mapcount == 2 && o->rss[0][RSS_SWAP] == 2, "%d", o->mapcount);
  expect(o->entry[2].after == o->entry[2].before && o->entry[2].swap_count == 0, "put back");
  /* A pin keeps the exclusive page where it is. */
  s->event = EVENT_NONE;
  s->pins = 1;
  o = run();
  expect(!o->unmapped && o->entry[0].swap_count == 0, "%d", o->entry[0].swap_count);
  expect(o->entry[0].after == o->entry[0].before, "%llx", o->entry[0].after);
  expect(o->refcount_before == 1 + 4 + 4 + 1, "%d", o->refcount_before);
}

static void testMlock(void) {
  Scenario *s = one(1, 1, 0);
  Outcome *o;

  s->vma[0][0].flags |= VMA_LOCKED;
  o = run();
  expect(!o->unmapped && (o->folio_flags & FOLIO_MLOCKED), "%x", o->folio_flags);
  expect(!(o->folio_flags_before & FOLIO_MLOCKED), "%x", o->folio_flags_before);
  s->ttu = UNMAP_IGNORE_MLOCK;
  o = run();
  expect(o->unmapped, "%s", o->message);
}

static void testGeometry(void) {
  Scenario *s = one(4, 2, 0);
  Outcome *o;

  s->table_end = 2;
  s->split[0] = 3;
  s->split[1] = 4;
  s->vma[0][1].flags |= VMA_LOCKED; /* page 3 of process 0 stays */
  s->entry[1] = 0;
  s->entry[2] = ENTRY_OTHER;
  s->entry[6] = ENTRY_SWAPPED;
  o = run();
  expect(o->status == STATUS_DONE && !o->outside && !o->warnings, "%s", o->message);
  expect(o->entry[3].after == o->entry[3].before && o->mapcount == 1, "%d", o->mapcount);
  expect(o->entry[2].after == o->entry[2].before && o->entry[2].seen == SEEN_FAULT, "other");
  expect(o->entry[6].after == o->entry[6].before && o->entry[6].seen == SEEN_FAULT, "swapped");
  expect(o->entry[1].seen == SEEN_ZERO && o->entry[0].after == 0, "hole");
}

static void testBits(void) {
  Scenario *s = one(16, 1, FOLIO_DIRTY);
  Outcome *o;
  unsigned i, j, all = ENTRY_WRITE | ENTRY_DIRTY | ENTRY_YOUNG | ENTRY_SOFT_DIRTY;

  for (i = 0; i < 16; i++) s->entry[i] = ENTRY_PRESENT | ((i << 1) & all) | ENTRY_EXCLUSIVE;
  s->vma[0][0].flags = VMA_WRITE;
  o = run();
  expect(o->status == STATUS_DONE && !o->warnings, "%s", o->message);
  for (i = 0; i < 16; i++) /* frames differ, and so do the bits below them */
    for (j = 0; j < i; j++)
      expect((o->entry[i].before - ((unsigned long long)i << 12)) !=
                 (o->entry[j].before - ((unsigned long long)j << 12)),
             "%u and %u look the same: %llx", i, j, o->entry[i].before);
}

static void testUnsupported(void) {
  Scenario *s = one(4, 1, 0);
  Outcome *o;

  s->pages = 3;
  o = run();
  expect(o->status == STATUS_UNSUPPORTED && o->message[0], "%s", o->message);
  s->pages = 4;
  o = run();
  expect(o->status == STATUS_DONE, "%s", o->message);
}

static void randomScenario(Scenario *s, unsigned max_order, unsigned max_processes) {
  unsigned i, p;

  memset(s, 0, header->scenario_stride);
  s->pages = 1u << randomBelow(max_order + 1);
  s->processes = 1 + randomBelow(max_processes);
  s->folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED | (randomBelow(2) ? FOLIO_DIRTY : 0);
  if (!randomBelow(3)) s->folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  s->references = randomBelow(4) ? 0 : 1;
  s->pins = randomBelow(6) ? 0 : 1;
  s->table_end = randomBelow(4) ? 0 : 1 + randomBelow(s->pages);
  s->ttu = randomBelow(4);
  s->remote_cpu = randomBelow(2);
  s->event = randomBelow(3);
  s->event_at = 1 + randomBelow(3);
  s->steps = randomBelow(4);
  for (i = 0; i < s->steps; i++)
    s->step[i] = (Step){randomBelow(8) ? randomBelow(2) : STEP_FORK, randomBelow(s->processes),
                        randomBelow(2) ? ALL_PAGES : randomBelow(s->pages)};
  for (p = 0; p < s->processes; p++) {
    s->split[p] = randomBelow(4) ? 0 : 1 + randomBelow(s->pages);
    for (i = 0; i < 2; i++) s->vma[p][i].flags = VMA_WRITE | (randomBelow(5) ? 0 : VMA_LOCKED);
    for (i = 0; i < s->pages; i++) {
      unsigned *kind = &(unsigned){randomBelow(12)};

      s->entry[p * s->pages + i] =
          *kind == 0   ? 0
          : *kind == 1 ? ENTRY_OTHER
          : *kind == 2
              ? ENTRY_SWAPPED
              : ENTRY_PRESENT |
                    (randomBelow(256) & (ENTRY_DIRTY | ENTRY_YOUNG | ENTRY_SOFT_DIRTY)) |
                    (s->processes == 1 && randomBelow(2) ? ENTRY_WRITE | ENTRY_EXCLUSIVE : 0);
    }
  }
}

static void testLeaks(void) {
  unsigned i;

  layOut(100, 4, 16);
  for (i = 0; i < header->count; i++) randomScenario(scenario(i), 4, 4);
  for (i = 0; i < 3; i++)
    scenario(i * 7)->pages = 3; /* refused ones, which reset the environment */
  expect(command(AGENT_LEAK_TEST) == AGENT_OK, "%s", header->message);
  expect(header->self_test == SELF_TEST_PASSED, "%s", header->message);
}

/* An agent built with -fsanitize-coverage=trace-pc says where it has been; any other says nothing.
 */
static void testCoverage(void) {
  const unsigned char *table = (unsigned char *)header + header->coverage_offset;
  unsigned long i, places = 0;

  for (i = 0; i < COVERAGE; i++) places += table[i];
  expect(!header->coverage_lost, "%llu places outside the table", header->coverage_lost);
  if (places) printf("coverage: %lu places from 0x%llx on\n", places, header->coverage_base);
}

/* CPU time of the agent, seconds: other load on the machine does not count. */
static double agentTime(void) {
  struct timespec t = {0, 0};
  clockid_t clock;

  if (!clock_getcpuclockid(agent_pid, &clock)) clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void speed(unsigned long wanted, unsigned max_order, unsigned processes) {
  unsigned long done = 0, status[8] = {0}, warnings = 0, outside = 0;
  unsigned i;
  double begin;

  layOut(CAPACITY, processes, 1u << max_order);
  for (i = 0; i < CAPACITY; i++) randomScenario(scenario(i), max_order, processes);
  begin = agentTime();
  for (; done < wanted; done += CAPACITY) command(AGENT_RUN);
  begin = agentTime() - begin;
  for (i = 0; i < CAPACITY; i++) {
    status[outcome(i)->status & 7]++;
    warnings += outcome(i)->warnings != 0;
    outside += outcome(i)->outside != 0;
    if (outcome(i)->status || outcome(i)->warnings)
      if (status[outcome(i)->status & 7] < 3) printf("  %u: %s\n", i, outcome(i)->message);
  }
  printf(
      "1..%u pages, 1..%u processes: %.0f scenarios per second of CPU time (done %lu, unmodelled "
      "%lu, bug %lu, signal %lu, "
      "unsupported %lu, warned %lu, outside %lu)\n",
      1u << max_order, processes, done / begin, status[0], status[1], status[2], status[3],
      status[4], warnings, outside);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s AGENT [scenarios for the speed figure]\n", argv[0]);
    return 2;
  }
  start(argv[1]);
  if (command(AGENT_SELF_TEST) != AGENT_OK || header->self_test != SELF_TEST_PASSED) {
    printf("self-test: %s\n", header->message);
    return 1;
  }
  testDiscard();
  testReference();
  testDirty();
  testSwap();
  testMlock();
  testGeometry();
  testBits();
  testUnsupported();
  testLeaks();
  testCoverage();
  if (argc > 2) {
    speed(strtoul(argv[2], NULL, 0), 2, 1);
    speed(strtoul(argv[2], NULL, 0), 2, 2);
    speed(strtoul(argv[2], NULL, 0) / 8, 4, 4);
  }
  printf("%s\n", failures ? "FAILED" : "passed");
  return failures != 0;
}
