/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `current` is a variable, in place of arch/riscv/include/asm/current.h, where it is the register tp.
 * The C library needs that one.
 */
#ifndef PTECHECK_OVERLAY_ASM_CURRENT_H
#define PTECHECK_OVERLAY_ASM_CURRENT_H

#ifndef __ASSEMBLY__
struct task_struct;
extern struct task_struct *agent_current;
#define get_current() (agent_current)
#define current get_current()
register unsigned long current_stack_pointer __asm__("sp");
#endif

#endif
