/* SPDX-License-Identifier: GPL-2.0-only */
/* The lowcore is a variable: user space has nothing at address 0, and nobody patches the alternative
 * that the kernel's get_lowcore() is. */
#ifndef PTECHECK_OVERLAY_ASM_LOWCORE_H
#define PTECHECK_OVERLAY_ASM_LOWCORE_H

#define get_lowcore ptecheck_hardware_lowcore
#include_next <asm/lowcore.h>
#undef get_lowcore
#ifndef __ASSEMBLY__
extern char agent_lowcore[];
#define get_lowcore() ((struct lowcore *)agent_lowcore)
#endif

#endif
