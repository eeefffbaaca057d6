/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assertions without trap instructions. An architecture's BUG() and WARN() execute an undefined
 * instruction and leave file and line in a table for the trap handler; here both are calls that
 * carry file, line and the condition's text. Names and meaning follow include/asm-generic/bug.h,
 * v6.12.
 */
#ifndef PTECHECK_OVERLAY_ASM_BUG_H
#define PTECHECK_OVERLAY_ASM_BUG_H

#ifndef __ASSEMBLY__
#include <linux/stringify.h>

#define HAVE_ARCH_BUG
#define BUG() env_bug(__FILE__, __LINE__, "")
#define HAVE_ARCH_BUG_ON
#define BUG_ON(condition)                                                            \
  do {                                                                               \
    if (__builtin_expect(!!(condition), 0)) env_bug(__FILE__, __LINE__, #condition); \
  } while (0)
#endif

#include <asm-generic/bug.h>

#ifndef __ASSEMBLY__
#undef WARN_ON
#undef WARN_ON_ONCE
#define WARN_ON(condition)                                                              \
  ({                                                                                    \
    int __ptecheck_warn = !!(condition);                                                \
    if (__builtin_expect(__ptecheck_warn, 0)) env_warn(__FILE__, __LINE__, #condition); \
    __builtin_expect(__ptecheck_warn, 0);                                               \
  })
/* "Once" is per scenario here: one scenario's warning must not silence the next one's. */
#define WARN_ON_ONCE(condition)                                                         \
  ({                                                                                    \
    int __ptecheck_warn = !!(condition);                                                \
    if (__builtin_expect(__ptecheck_warn, 0)) env_warn(__FILE__, __LINE__, #condition); \
    __builtin_expect(__ptecheck_warn, 0);                                               \
  })
#endif

#endif
