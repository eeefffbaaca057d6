/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a migration: the tree's own remove_migration_ptes(). Part of agent.c.
 *
 * What lies between try_to_migrate() and it, the move itself, is not under test and done here: the
 * folio at MOVED_PFN becomes what folio_migrate_mapping() and folio_migrate_flags() make of a
 * destination (mm/migrate.c, v6.12). It takes over place, swap slots and flags; the page cache's or
 * swap cache's references; not the mappings' flags, mlocked and PageAnonExclusive, which come with
 * the entries.
 */
#ifndef PTECHECK_KERNEL_AGENT_MOVE_H
#define PTECHECK_KERNEL_AGENT_MOVE_H

#include "kernel_agent/build.h"

static unsigned moved_pages; /* struct pages from MOVED_PFN on that are in use */

/* Where the folio is now. */
static inline struct folio *currentFolio(void) {
  return (struct folio *)pfn_to_page(moved_pages ? MOVED_PFN : FOLIO_PFN);
}

static struct folio *moveFolio(const Scenario *s, unsigned first) {
  struct folio *from = scenarioFolio(), *to;

  moved_pages = s->pages;
  to = makeFolio(s, MOVED_PFN, first, false); /* from a device: back in memory */
  if (folio_test_swapbacked(from)) __folio_set_swapbacked(to);
  if (folio_test_uptodate(from)) __folio_mark_uptodate(to);
  if (folio_test_dirty(from)) {
    folio_clear_dirty(from);
    folio_set_dirty(to);
  }
  if (folio_test_swapcache(from)) {
    to->swap = from->swap;
    folio_set_swapcache(to);
  }
  if (s->folio_flags & (FOLIO_SWAPCACHE | FOLIO_FILE)) {
    folio_ref_add(to, s->pages);
    folio_ref_sub(from, s->pages);
  }
  return to;
}

static void endMigration(const Scenario *s, unsigned first, bool moved) {
  struct folio *from = currentFolio();

  if (moved && moved_pages) env_unsupported("a folio is migrated once");
  remove_migration_ptes(from, moved ? moveFolio(s, first) : from, 0);
  if (agent_state.locks)
    env_broken("a spin lock is still held after remove_migration_ptes()", remove_migration_ptes);
  if (agent_state.rwsem_readers)
    env_broken("a reverse map's lock is still held after remove_migration_ptes()",
               remove_migration_ptes);
}

static void forgetMovedFolio(void) {
  if (!moved_pages) return;
  memset(pfn_to_page(MOVED_PFN), 0, moved_pages * sizeof(struct page));
  moved_pages = 0;
}

#endif
