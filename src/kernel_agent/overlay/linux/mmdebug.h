/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VM_WARN_ON_ONCE_*() family keeps its "once" in a static variable of its own (v6.12); in the
 * agent each scenario is to hear the warning.
 */
#ifndef PTECHECK_OVERLAY_LINUX_MMDEBUG_H
#define PTECHECK_OVERLAY_LINUX_MMDEBUG_H

#include_next <linux/mmdebug.h>

#if defined(CONFIG_DEBUG_VM) && !defined(__ASSEMBLY__)
#define PTECHECK_VM_WARN(name, condition, object)            \
  ({                                                         \
    int __ptecheck_vm_warn = !!(condition);                  \
    (void)(object);                                          \
    if (__builtin_expect(__ptecheck_vm_warn, 0))             \
      env_warn(__FILE__, __LINE__, name "(" #condition ")"); \
    __builtin_expect(__ptecheck_vm_warn, 0);                 \
  })
#undef VM_WARN_ON_ONCE_PAGE
#define VM_WARN_ON_ONCE_PAGE(condition, page) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_PAGE", condition, page)
#undef VM_WARN_ON_ONCE_FOLIO
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) \
  PTECHECK_VM_WARN("VM_WARN_ON_ONCE_FOLIO", condition, folio)
#undef VM_WARN_ON_ONCE_MM
#define VM_WARN_ON_ONCE_MM(condition, mm) PTECHECK_VM_WARN("VM_WARN_ON_ONCE_MM", condition, mm)
#undef VM_WARN_ON_ONCE_VMA
#define VM_WARN_ON_ONCE_VMA(condition, vma) PTECHECK_VM_WARN("VM_WARN_ON_ONCE_VMA", condition, vma)
#endif

#endif
