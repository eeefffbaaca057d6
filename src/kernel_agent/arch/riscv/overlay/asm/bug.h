/* SPDX-License-Identifier: GPL-2.0-only */
/* Assertions as everywhere (kernel_agent/overlay/asm/bug.h), and what else that header declares. */
#ifndef PTECHECK_OVERLAY_RISCV_BUG_H
#define PTECHECK_OVERLAY_RISCV_BUG_H

#include_next <asm/bug.h>
#ifndef __ASSEMBLY__
struct pt_regs;
struct task_struct;
void die(struct pt_regs *regs, const char *text);
#endif

#endif
