/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What another processor does while the tree's code is at work: plain C for both sides of a process
 * boundary, like flat.h.
 *
 * A *moment* is the instant just before the tree's code reads or writes an entry of the folio,
 * reads its reference count, or reads its dirty flag. Moments of a run count from 0. An *event*
 * happens at a moment, whole: hardware's update of an entry is one locked operation, and of
 * GUP-fast nothing can be seen but its reference, which stays only if the entry is still there when
 * it looks again.
 *
 * Between two moments nothing that an event touches is read or written, so an event there equals
 * one at the later of the two; and an event need only be tried where the access that follows does
 * not commute with it (`may` of a moment says which those are, as far as they are possible at all).
 */
#ifndef PTECHECK_SCENARIO_EVENTS_H
#define PTECHECK_SCENARIO_EVENTS_H

enum { /* EventAt.kind. Of one entry, which maps its page of the folio at that moment: */
       EVENT_ACCESSED = 0, /* hardware sets accessed */
       EVENT_DIRTIED = 1,  /* hardware sets accessed and dirty; the entry lets it write */
       EVENT_REFERRED = 2, /* GUP-fast takes a reference through it, and keeps it */
       EVENT_PINNED = 3,   /* the same with FOLL_PIN: the page is exclusive */
       EVENT_WRITTEN = 4, /* a GUP user takes a reference, writes, marks the folio dirty, lets go */
       /* Of the folio: */
       EVENT_FINISHED = 5, /* a holder of a reference or pin, who wrote, marks the folio dirty and
                              lets go: the last one an event brought, or else the scenario's */
       EVENT_GLANCED = 6,  /* a reference is there for one access, and gone: a speculative one */
       EVENT_KINDS = 7
};
#define eventIsOfEntry(kind) ((kind) <= EVENT_WRITTEN)

enum {                        /* EventMoment.access */
       ACCESS_READ = 0,       /* of an entry */
       ACCESS_WRITE = 1,      /* or its exchange for an empty one */
       ACCESS_REFERENCES = 2, /* the reference count, or the number of pins */
       ACCESS_DIRTY = 3       /* the folio's dirty flag */
};

enum {
  MOST_EVENTS = 2,        /* in one run */
  MOST_MOMENTS = 120,     /* of a run that are told apart; later ones have no events */
  MOST_EVENT_ENTRIES = 8, /* entries of a folio, over all processes; larger ones have no events */
  NO_EVENT_ENTRY = 0xff
};

typedef struct EventAt {
  unsigned short moment;
  unsigned char kind;  /* EVENT_... of this file */
  unsigned char entry; /* process * pages + page, or NO_EVENT_ENTRY */
} EventAt;

typedef struct EventPlan {
  unsigned short count;
  unsigned short watched;     /* 1: EventReport.state is wanted; searches do without */
  EventAt event[MOST_EVENTS]; /* in order; of the same moment: they happen in this order */
} EventPlan;

typedef struct EventMoment {
  unsigned long long pc;                 /* of the access: a return address */
  unsigned char access;                  /* ACCESS_* */
  unsigned char entry;                   /* that is accessed, or NO_EVENT_ENTRY */
  unsigned char may_of_folio;            /* bits 1 << kind: events to try here */
  unsigned char may[MOST_EVENT_ENTRIES]; /* the same, by entry */
} EventMoment;

/* How things stand at a moment, just before the access. */
typedef struct EventState {
  unsigned long long caller; /* of the function that holds EventMoment.pc: a return address */
  unsigned long long entry[MOST_EVENT_ENTRIES]; /* raw; [process * pages + page] */
  int refcount, mapcount;
  unsigned folio_flags;    /* FOLIO_* */
  unsigned flushes;        /* TLB flushes so far */
  unsigned char exclusive; /* bits 1 << page: PageAnonExclusive */
  unsigned char flush_pending;
} EventState;

/* What happened, and where else something could. */
typedef struct EventReport {
  unsigned short moments; /* of the run; beyond MOST_MOMENTS they are only counted */
  unsigned char happened; /* bits 1 << index in the plan. An event that is not possible where it is
                             asked for does not happen */
  unsigned char finished; /* EVENT_FINISHED: 1: it was the scenario's holder, 0: one of an event */
  int references;         /* that events have left behind, or taken away */
  unsigned long long set[MOST_EVENTS]; /* raw bits that the event set in its entry; EVENT_WRITTEN,
                                          and EVENT_FINISHED of an event's holder: that hardware
                                          would have set */
  unsigned char entry[MOST_EVENTS];    /* that event was about; of EVENT_FINISHED: the holder's */
  EventMoment moment[MOST_MOMENTS];
  EventState state[MOST_MOMENTS]; /* if EventPlan.watched */
} EventReport;

#endif
