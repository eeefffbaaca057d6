/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comes after the headers that Kbuild forces in, before everything else, in every file of the tree
 * that becomes part of the agent.
 */
#ifndef PTECHECK_PRELUDE_H
#define PTECHECK_PRELUDE_H

/* The unlock of a spin lock is a call, like the lock, so that unlocking a free lock can be seen
 * (include/linux/spinlock_api_smp.h, v6.12). */
#ifndef CONFIG_UNINLINE_SPIN_UNLOCK
#define CONFIG_UNINLINE_SPIN_UNLOCK 1
#endif
/* On some architectures both are inlined by choice. */
#undef CONFIG_INLINE_SPIN_LOCK
#undef CONFIG_INLINE_SPIN_TRYLOCK
#undef CONFIG_INLINE_SPIN_UNLOCK

#include <ptecheck_arch.h> /* arch/FOLDER/overlay */

#ifndef __ASSEMBLY__
/* Where the tree's assertions end: runtime.c. */
extern void env_bug(const char *file, int line, const char *text)
    __attribute__((__noreturn__, __cold__));
extern void env_warn(const char *file, int line, const char *text) __attribute__((__cold__));
/* A TLB flush that is done at once, and how many pages it covers: runtime.c. */
extern void env_flushed(unsigned long pages);
#endif

#endif
