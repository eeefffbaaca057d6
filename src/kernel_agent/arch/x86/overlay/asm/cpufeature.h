/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86 tests a CPU feature with code that is patched at boot. Nobody patches the agent: read the
 * feature word instead. (The patchable form also ties all functions of a file to one section, and
 * so defeats --gc-sections.)
 */
#ifndef PTECHECK_OVERLAY_ASM_CPUFEATURE_H
#define PTECHECK_OVERLAY_ASM_CPUFEATURE_H

#include_next <asm/cpufeature.h>

#if defined(CONFIG_X86) && !defined(__ASSEMBLY__)
#undef static_cpu_has
#undef _static_cpu_has
#define static_cpu_has(bit) boot_cpu_has(bit)
#define _static_cpu_has(bit) boot_cpu_has(bit)
#endif

#endif
