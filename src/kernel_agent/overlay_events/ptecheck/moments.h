/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook of all overlays in this folder, which are part of the agent for events alone
 * (PTECHECK_EVENTS): called before each access of the tree's code, answered by
 * kernel_agent/moments.h. `access`: ACCESS_* of scenario/events.h. */
#ifndef PTECHECK_MOMENTS_OVERLAY_H
#define PTECHECK_MOMENTS_OVERLAY_H

#ifndef __ASSEMBLY__
extern void agentMoment(unsigned access, const volatile void *object);
#define PTECHECK_MOMENT_READ 0
#define PTECHECK_MOMENT_WRITE 1
#define PTECHECK_MOMENT_REFERENCES 2
#define PTECHECK_MOMENT_DIRTY 3

/* The function itself is behind the macro of its name: in brackets it is not expanded. */
#define PTECHECK_AT(access, function, object)                 \
  ({                                                          \
    __typeof__(object) __ptecheck_object = (object);          \
    agentMoment(PTECHECK_MOMENT_##access, __ptecheck_object); \
    (function)(__ptecheck_object);                            \
  })
#endif

#endif
