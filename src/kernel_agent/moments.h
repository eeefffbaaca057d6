/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: what another processor does at a moment of the tree's code (scenario/events.h). Part of
 * agent.c, in the agent for events alone.
 *
 * Entries are changed here as hardware changes them, through raw bits: overlay_events/ turns what
 * the tree's own code uses into moments, and an event is none.
 */
#ifndef PTECHECK_KERNEL_AGENT_MOMENTS_H
#define PTECHECK_KERNEL_AGENT_MOMENTS_H

#include "kernel_agent/collect.h"

static struct {
  bool glance; /* a reference to be taken back at the next moment */
  int holder;  /* entry through which an event took what it still holds; -1: none */
  bool holder_writes, holder_pins, finished_own;
} events;

const EventPlan *agent_event_plan; /* main.c: of this run; null: no events (self-test) */
EventReport *agent_event_report;

void agentEventsBegin(void) {
  memset(&events, 0, sizeof(events));
  events.holder = -1;
  if (agent_event_report) memset(agent_event_report, 0, offsetof(EventReport, moment));
}

static unsigned eventEntries(const Scenario *s) {
  const unsigned entries = s->processes * s->pages;

  return entries <= MOST_EVENT_ENTRIES ? entries : 0;
}

static pte_t *eventSlot(const Scenario *s, unsigned entry) {
  return slotOf(&processes[entry / s->pages], scenarioFirstSlot(s) + entry % s->pages);
}

static pte_t eventRead(const Scenario *s, unsigned entry) { return *eventSlot(s, entry); }

/* Does user code reach the folio's page through this entry? GUP-fast asks the same. */
static bool eventReaches(const Scenario *s, unsigned entry) {
  const pte_t pte = eventRead(s, entry);

  return archLoads(pte) && pte_pfn(pte) == FOLIO_PFN + entry % s->pages;
}

/* What is possible in an entry now, and would change something, bits 1 << kind. */
static unsigned eventsOfEntry(const Scenario *s, unsigned entry) {
  const pte_t pte = eventRead(s, entry);
  unsigned may;

  if (!eventReaches(s, entry)) return 0;
  may = 1 << EVENT_REFERRED;
  if (!sameEntry(archAccessed(pte, false), pte)) may |= 1 << EVENT_ACCESSED;
  if (archStores(pte)) {
    if (!sameEntry(archAccessed(pte, true), pte)) may |= 1 << EVENT_DIRTIED;
    /* GUP does not write to shadow stacks (mm/gup.c, check_vma_flags(), v6.12). */
    if (!inShadowStack(s, entry / s->pages, entry % s->pages)) may |= 1 << EVENT_WRITTEN;
  }
  /* GUP-fast pins no anonymous page that is not exclusive (mm/gup.c, gup_must_unshare(), v6.12). */
  if (PageAnonExclusive(folio_page(scenarioFolio(), entry % s->pages))) may |= 1 << EVENT_PINNED;
  return may;
}

static unsigned eventsOfFolio(const Scenario *s) {
  const bool holds = events.holder >= 0 ? events.holder_writes
                                        : (s->references || s->pins) && !events.finished_own;

  return 1 << EVENT_GLANCED | (holds ? 1 << EVENT_FINISHED : 0);
}

/* Events that do not commute with an access, of the accessed entry, of any entry, of the folio. */
static const struct {
  unsigned of_entry, of_any, of_folio;
} conflicts[] = {
    [ACCESS_READ] = {1 << EVENT_ACCESSED | 1 << EVENT_DIRTIED, 0, 0},
    [ACCESS_WRITE] = {1 << EVENT_ACCESSED | 1 << EVENT_DIRTIED | 1 << EVENT_REFERRED |
                          1 << EVENT_PINNED | 1 << EVENT_WRITTEN,
                      0, 0},
    [ACCESS_REFERENCES] = {0, 1 << EVENT_REFERRED | 1 << EVENT_PINNED,
                           1 << EVENT_FINISHED | 1 << EVENT_GLANCED},
    [ACCESS_DIRTY] = {0, 1 << EVENT_WRITTEN, 1 << EVENT_FINISHED},
};

/* As mm/gup.c, try_grab_folio_fast(), v6.12; negative: lets go. */
static void eventHold(int change, bool pin) {
  struct folio *folio = scenarioFolio();
  int references = change;

  if (pin && spellingHasPincount(folio))
    atomic_add(change, &folio->_pincount);
  else if (pin)
    references *= GUP_PIN_COUNTING_BIAS;
  atomic_add(references, &folio->_refcount);
  agent_event_report->references += references;
}

/* What hardware sets in an entry that it reads or writes through. */
static unsigned long long eventBits(bool write) { return pte_val(archAccessed(__pte(0), write)); }

static void eventHappens(const Scenario *s, unsigned index) {
  const EventAt *event = &agent_event_plan->event[index];
  EventReport *report = agent_event_report;
  const unsigned entry = event->entry;
  unsigned may;

  if (eventIsOfEntry(event->kind))
    may = entry < eventEntries(s) ? eventsOfEntry(s, entry) : 0;
  else
    may = eventsOfFolio(s);
  if (!(may & 1 << event->kind)) return;
  report->happened |= 1 << index;
  report->entry[index] = entry;
  switch (event->kind) {
    case EVENT_ACCESSED:
    case EVENT_DIRTIED: {
      const bool write = event->kind == EVENT_DIRTIED;

      report->set[index] = eventBits(write);
      *eventSlot(s, entry) = archAccessed(eventRead(s, entry), write);
      break;
    }
    case EVENT_WRITTEN:
      report->set[index] = eventBits(true);
      folio_set_dirty(scenarioFolio());
      break;
    case EVENT_REFERRED:
    case EVENT_PINNED:
      events.holder = entry;
      events.holder_pins = event->kind == EVENT_PINNED;
      events.holder_writes = eventsOfEntry(s, entry) & 1 << EVENT_WRITTEN;
      eventHold(1, events.holder_pins);
      break;
    case EVENT_FINISHED:
      folio_set_dirty(scenarioFolio());
      if (events.holder >= 0) {
        report->entry[index] = events.holder;
        report->set[index] = eventBits(true);
        eventHold(-1, events.holder_pins);
        events.holder = -1;
      } else {
        events.finished_own = true;
        report->finished = 1;
        eventHold(-1, !s->references);
      }
      break;
    case EVENT_GLANCED:
      events.glance = true;
      eventHold(1, false);
      break;
  }
}

static void endGlance(void) {
  if (!events.glance) return;
  eventHold(-1, false);
  events.glance = false;
}

/* Looks are moments too, if the tree's code is at work: it is not while this looks. */
static void eventState(const Scenario *s, unsigned entries, EventState *state) {
  struct folio *folio = scenarioFolio();
  const unsigned phase = agent_state.phase;
  unsigned i;

  agent_state.phase = PHASE_COLLECT;
  memset(state, 0, sizeof(*state));
  for (i = 0; i < entries; i++) state->entry[i] = pte_val(eventRead(s, i));
  for (i = 0; i < s->pages && i < MOST_EVENT_ENTRIES; i++)
    state->exclusive |= PageAnonExclusive(folio_page(folio, i)) ? 1 << i : 0;
  state->refcount = folio_ref_count(folio);
  state->mapcount = folio_mapcount(folio);
  state->folio_flags = folioFlags(folio);
  state->flushes = agent_state.flushes;
  state->flush_pending = agent_task.tlb_ubc.flush_required;
  agent_state.phase = phase;
}

void agentMoment(unsigned access, const volatile void *object) {
  const Scenario *s = agent_state.scenario;
  unsigned entries, entry = NO_EVENT_ENTRY, number, i;
  EventMoment *moment;

  if (agent_state.phase != PHASE_OPERATION || !agent_event_plan) return;
  entries = eventEntries(s);
  if (access <= ACCESS_WRITE) {
    for (entry = 0; entry < entries && eventSlot(s, entry) != object; entry++) {
    }
    if (entry == entries) return;
  } else if (object != scenarioFolio()) {
    return;
  }
  endGlance();
  number = agent_event_report->moments++;
  for (i = 0; i < agent_event_plan->count; i++)
    if (agent_event_plan->event[i].moment == number) eventHappens(s, i);
  if (number >= MOST_MOMENTS) return;
  moment = &agent_event_report->moment[number];
  memset(moment, 0, sizeof(*moment));
  moment->pc = (unsigned long)__builtin_return_address(0);
  moment->access = access;
  moment->entry = entry;
  moment->may_of_folio = eventsOfFolio(s) & conflicts[access].of_folio;
  for (i = 0; i < entries; i++)
    moment->may[i] = eventsOfEntry(s, i) &
                     (conflicts[access].of_any | (i == entry ? conflicts[access].of_entry : 0));
  if (!agent_event_plan->watched) return;
  eventState(s, entries, &agent_event_report->state[number]);
  agent_event_report->state[number].caller = (unsigned long)__builtin_return_address(1);
}

#endif
