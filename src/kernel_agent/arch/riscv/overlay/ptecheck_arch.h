/* SPDX-License-Identifier: GPL-2.0-only */
/* riscv's part of ptecheck/prelude.h: nothing. Interrupts are switched with csr instructions, which
 * no scenario reaches; one that did would be reported as privileged. */
