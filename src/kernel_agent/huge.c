// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree's mm/huge_memory.c, which splits what a PMD maps. A program of its own within the agent,
 * compiled like agent.c, for one reason: what that file defines and runtime.c answers gives way
 * here.
 */
#include "have.h"

/* A list for later splits, which no scenario has: runtime.c. */
#pragma weak deferred_split_folio

#include KFILE

#include "kernel_agent/inside.h"

const char insideHugeMemory = 1;
