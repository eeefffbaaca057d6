/* SPDX-License-Identifier: GPL-2.0-only */
/* powerpc's part of ptecheck/prelude.h: nothing. Interrupts are a byte in the paca. */
