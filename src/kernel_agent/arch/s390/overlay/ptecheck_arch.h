/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * s390's part of ptecheck/prelude.h: instructions that only the kernel may execute, and that change
 * nothing but TLBs. An assembler macro goes before a mnemonic of the same name.
 *
 *   idte, csp, ptlb   nothing; flushes are counted where they are asked for: asm/tlbflush.h
 */
#ifndef __ASSEMBLY__
__asm__(
    ".macro idte operands:vararg\n.endm\n"
    ".macro csp operands:vararg\n.endm\n"
    ".macro ptlb\n.endm\n");
#endif
