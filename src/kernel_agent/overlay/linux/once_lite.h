/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel does once a boot (WARN_ONCE() and so on) happens in every scenario here. */
#ifndef PTECHECK_OVERLAY_LINUX_ONCE_LITE_H
#define PTECHECK_OVERLAY_LINUX_ONCE_LITE_H

#include_next <linux/once_lite.h>

#undef __ONCE_LITE_IF
#define __ONCE_LITE_IF(condition) __builtin_expect(!!(condition), 0)
#undef DO_ONCE_LITE_IF
#define DO_ONCE_LITE_IF(condition, func, ...)                    \
  ({                                                             \
    _Bool __ptecheck_once = !!(condition);                       \
    if (__builtin_expect(__ptecheck_once, 0)) func(__VA_ARGS__); \
    __builtin_expect(__ptecheck_once, 0);                        \
  })

#endif
