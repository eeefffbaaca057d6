/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VM_WARN_ON_*() and VM_BUG_ON_*() families, for two reasons: their "once" is a static variable
 * of their own (v6.12), while in the agent each scenario is to hear the warning; and their text is
 * stringified after macro expansion, which turns page_folio(page) into half a screen. Here the
 * condition is reported as it is written.
 */
#ifndef PTECHECK_OVERLAY_LINUX_MMDEBUG_H
#define PTECHECK_OVERLAY_LINUX_MMDEBUG_H

#include_next <linux/mmdebug.h>

#if defined(CONFIG_DEBUG_VM) && !defined(__ASSEMBLY__)
#define PTECHECK_VM_WARN(text, condition)                                            \
  ({                                                                                 \
    int __ptecheck_vm_warn = !!(condition);                                          \
    if (__builtin_expect(__ptecheck_vm_warn, 0)) env_warn(__FILE__, __LINE__, text); \
    __builtin_expect(__ptecheck_vm_warn, 0);                                         \
  })
#define PTECHECK_VM_BUG(text, condition)                                       \
  do {                                                                         \
    if (__builtin_expect(!!(condition), 0)) env_bug(__FILE__, __LINE__, text); \
  } while (0)

#undef VM_BUG_ON
#define VM_BUG_ON(condition) PTECHECK_VM_BUG("VM_BUG_ON(" #condition ")", condition)
#undef VM_BUG_ON_PAGE
#define VM_BUG_ON_PAGE(condition, page) PTECHECK_VM_BUG("VM_BUG_ON_PAGE(" #condition ")", condition)
#undef VM_BUG_ON_FOLIO
#define VM_BUG_ON_FOLIO(condition, folio) \
  PTECHECK_VM_BUG("VM_BUG_ON_FOLIO(" #condition ")", condition)
#undef VM_BUG_ON_VMA
#define VM_BUG_ON_VMA(condition, vma) PTECHECK_VM_BUG("VM_BUG_ON_VMA(" #condition ")", condition)
#undef VM_BUG_ON_MM
#define VM_BUG_ON_MM(condition, mm) PTECHECK_VM_BUG("VM_BUG_ON_MM(" #condition ")", condition)
#undef VM_WARN_ON
#define VM_WARN_ON(condition) PTECHECK_VM_WARN("VM_WARN_ON(" #condition ")", condition)
#undef VM_WARN_ON_ONCE
#define VM_WARN_ON_ONCE(condition) PTECHECK_VM_WARN("VM_WARN_ON_ONCE(" #condition ")", condition)
#undef VM_WARN_ON_FOLIO
#define VM_WARN_ON_FOLIO(condition, folio) \
  PTECHECK_VM_WARN("VM_WARN_ON_FOLIO(" #condition ")", condition)
#undef VM_WARN_ON_ONCE_PAGE
#define VM_WARN_ON_ONCE_PAGE(condition, page) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_PAGE(" #condition ")", condition)
#undef VM_WARN_ON_ONCE_FOLIO
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_FOLIO(" #condition ")", condition)
#undef VM_WARN_ON_ONCE_MM
#define VM_WARN_ON_ONCE_MM(condition, mm) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_MM(" #condition ")", condition)
#undef VM_WARN_ON_ONCE_VMA
#define VM_WARN_ON_ONCE_VMA(condition, vma) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_VMA(" #condition ")", condition)
#endif

#endif
