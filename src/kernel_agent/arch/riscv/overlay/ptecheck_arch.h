/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * riscv's part of ptecheck/prelude.h: instructions that only the kernel may execute. An assembler
 * macro goes before a mnemonic of the same name.
 *
 *   sfence.vma   nothing: update_mmu_cache(), after an entry becomes valid (v6.12). Flushes are
 *                counted where they are asked for: arch_user.h
 *
 * Interrupts are switched with csr instructions, which no scenario reaches; one that did would be
 * reported as privileged.
 */
#ifndef __ASSEMBLY__
__asm__(".macro sfence.vma operands:vararg\n.endm\n");
#endif
