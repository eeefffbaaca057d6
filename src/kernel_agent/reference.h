/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: the same mm/rmap.c, every batch one entry long. The functions that detect batches
 * are declared first, by the headers mm/rmap.c includes itself, and then hidden behind macros, so
 * that the file alone sees the change. folio_unmap_pte_batch() (v6.16) asks one of the two and
 * needs nothing more.
 */
#ifndef PTECHECK_KERNEL_AGENT_REFERENCE_H
#define PTECHECK_KERNEL_AGENT_REFERENCE_H

#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/rmap.h>
#include <linux/swap.h>

#include "internal.h"

#define folio_pte_batch(...) (1)
#define folio_pte_batch_flags(...) (1)

#endif
