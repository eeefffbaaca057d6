/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads of the number of pins as moments: a large folio's are counted by themselves. */
#ifndef PTECHECK_OVERLAY_EVENTS_LINUX_MM_H
#define PTECHECK_OVERLAY_EVENTS_LINUX_MM_H

#include_next <linux/mm.h>
#include <ptecheck/moments.h>

#define folio_maybe_dma_pinned(folio) PTECHECK_AT(REFERENCES, folio_maybe_dma_pinned, folio)

#endif
