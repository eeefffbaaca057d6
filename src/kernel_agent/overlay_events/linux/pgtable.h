/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads of entries as moments. */
#ifndef PTECHECK_OVERLAY_EVENTS_LINUX_PGTABLE_H
#define PTECHECK_OVERLAY_EVENTS_LINUX_PGTABLE_H

#include_next <linux/pgtable.h>
#include <ptecheck/moments.h>

#ifndef __ASSEMBLY__
#undef ptep_get
#define ptep_get(ptep) PTECHECK_AT(READ, ptep_get, ptep)
#endif

#endif
