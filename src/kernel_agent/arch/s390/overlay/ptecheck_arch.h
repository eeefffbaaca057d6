/* SPDX-License-Identifier: GPL-2.0-only */
/* s390's part of ptecheck/prelude.h: nothing. */
