/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads of the reference count as moments. */
#ifndef PTECHECK_OVERLAY_EVENTS_LINUX_PAGE_REF_H
#define PTECHECK_OVERLAY_EVENTS_LINUX_PAGE_REF_H

#include_next <linux/page_ref.h>
#include <ptecheck/moments.h>

#define page_ref_count(page) PTECHECK_AT(REFERENCES, page_ref_count, page)
#define folio_ref_count(folio) PTECHECK_AT(REFERENCES, folio_ref_count, folio)

#endif
