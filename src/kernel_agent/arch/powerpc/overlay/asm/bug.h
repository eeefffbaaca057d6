/* SPDX-License-Identifier: GPL-2.0-only */
/* Assertions as everywhere (kernel_agent/overlay/asm/bug.h), and what else that header declares. */
#ifndef PTECHECK_OVERLAY_POWERPC_BUG_H
#define PTECHECK_OVERLAY_POWERPC_BUG_H

#include_next <asm/bug.h>
#ifndef __ASSEMBLY__
struct pt_regs;
void bad_page_fault(struct pt_regs *regs, int signal);
void die(const char *text, struct pt_regs *regs, long error);
#endif

#endif
