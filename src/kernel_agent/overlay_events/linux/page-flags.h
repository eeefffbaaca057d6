/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads of the folio's dirty flag as moments. */
#ifndef PTECHECK_OVERLAY_EVENTS_LINUX_PAGE_FLAGS_H
#define PTECHECK_OVERLAY_EVENTS_LINUX_PAGE_FLAGS_H

#include_next <linux/page-flags.h>
#include <ptecheck/moments.h>

/* (Headers that only make constants for assembly leave the functions out.) */
#ifndef __GENERATING_BOUNDS_H
#define folio_test_dirty(folio) PTECHECK_AT(DIRTY, folio_test_dirty, folio)
#endif

#endif
