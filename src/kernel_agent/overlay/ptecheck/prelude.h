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

#ifndef __ASSEMBLY__
/* There are no interrupts to disable in user space, and trying faults: the instructions become
 * nothing. An assembler macro goes before a mnemonic of the same name. */
__asm__(".macro cli\n.endm\n.macro sti\n.endm\n");

/* Where the tree's assertions end: runtime.c. */
extern void env_bug(const char *file, int line, const char *text)
    __attribute__((__noreturn__, __cold__));
extern void env_warn(const char *file, int line, const char *text) __attribute__((__cold__));
#endif

#endif
