/* SPDX-License-Identifier: GPL-2.0-only */
/* x86-64's part of ptecheck/prelude.h. */
#ifndef __ASSEMBLY__
/* There are no interrupts to disable in user space, and trying faults: the instructions become
 * nothing. An assembler macro goes before a mnemonic of the same name. */
__asm__(".macro cli\n.endm\n.macro sti\n.endm\n");
#endif
