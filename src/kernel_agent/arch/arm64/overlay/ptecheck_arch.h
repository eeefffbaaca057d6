/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arm64's part of ptecheck/prelude.h: instructions that only the kernel may execute. An assembler
 * macro goes before a mnemonic of the same name.
 *
 *   mrs sp_el0      `current`
 *   mrs tpidr_el1   the offset of this CPU's data: 0. (tpidr_el2 is in the alternative for a kernel
 *                   at EL2, which nobody patches in, but which must be as long.)
 *   mrs, msr daif   interrupts are on, and there are none
 *   tlbi            nothing; flushes are counted where they are asked for: asm/tlbflush.h
 *   others          an undefined instruction, reported as privileged
 */
#ifndef __ASSEMBLY__
__asm__(
    ".macro mrs register, from\n"
    ".ifc \\from,sp_el0\n"
    "  adrp \\register, agent_current\n"
    "  ldr \\register, [\\register, :lo12:agent_current]\n"
    ".else\n.ifc \\from,tpidr_el1\n"
    "  mov \\register, #0\n"
    ".else\n.ifc \\from,tpidr_el2\n"
    "  mov \\register, #0\n"
    ".else\n.ifc \\from,daif\n"
    "  mov \\register, #0\n"
    ".else\n"
    "  .inst 0\n"
    ".endif\n.endif\n.endif\n.endif\n"
    ".endm\n"
    ".macro msr to, from:vararg\n"
    ".ifnc \\to,daif\n.ifnc \\to,daifset\n.ifnc \\to,daifclr\n"
    "  .inst 0\n"
    ".endif\n.endif\n.endif\n"
    ".endm\n"
    ".macro tlbi operands:vararg\n.endm\n");
#endif
