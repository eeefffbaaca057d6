/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One abstract operation, the spellings it has had. Part of agent.c. HAVE_* comes from the probe
 * (have.h), which sees the tree as mm/rmap.c sees it.
 */
#ifndef PTECHECK_KERNEL_AGENT_SPELLINGS_H
#define PTECHECK_KERNEL_AGENT_SPELLINGS_H

/* uffd-wp became plain uffd in 2026, when a read-protecting mode came beside it. */
#if defined(HAVE_pte_mkuffd_wp)
#define spellingMakeUffd(pte) pte_mkuffd_wp(pte)
#elif defined(HAVE_pte_mkuffd)
#define spellingMakeUffd(pte) pte_mkuffd(pte)
#endif

#if defined(HAVE_pte_swp_mkuffd_wp)
#define spellingSwapMakeUffd(pte) pte_swp_mkuffd_wp(pte)
#elif defined(HAVE_pte_swp_mkuffd)
#define spellingSwapMakeUffd(pte) pte_swp_mkuffd(pte)
#endif

/* An empty place that is write-protected by userfaultfd: a pte_t. */
#if defined(CONFIG_PTE_MARKER_UFFD_WP) && defined(HAVE_PTE_MARKER_UFFD_WP)
#define spellingMarker() make_pte_marker(PTE_MARKER_UFFD_WP)
#endif

/* Which device a page of device memory belongs to: v6.15 moved it from the page to the folio. */
#if defined(HAVE_page_pgmap)
#define spellingSetPgmap(page, map) (((struct folio *)(page))->pgmap = (map))
#else
#define spellingSetPgmap(page, map) ((page)->pgmap = (map))
#endif

/* A page that a device has to itself. v6.15 left one kind, whose entry is writable when it comes
 * back. */
#if defined(CONFIG_DEVICE_PRIVATE) && defined(HAVE_make_readable_device_exclusive_entry)
#define spellingDeviceExclusive(write, pfn) \
  ((write) ? make_writable_device_exclusive_entry(pfn) : make_readable_device_exclusive_entry(pfn))
#elif defined(CONFIG_DEVICE_PRIVATE) && defined(HAVE_make_device_exclusive_entry)
#define spellingDeviceExclusive(write, pfn) make_device_exclusive_entry(pfn)
#endif

/* The protection of a private mapping that may be read: s390 and riscv have names of their own. */
#if defined(HAVE_PAGE_READONLY)
#define SPELLING_READONLY PAGE_READONLY
#elif defined(HAVE_PAGE_RO)
#define SPELLING_READONLY PAGE_RO
#else
#define SPELLING_READONLY PAGE_READ
#endif

/* v6.6 split pte_mkwrite() by whether the VMA decides (shadow stacks). */
#if defined(HAVE_pte_mkwrite_novma)
#define spellingMakeWrite(pte) pte_mkwrite_novma(pte)
#else
#define spellingMakeWrite(pte) pte_mkwrite(pte)
#endif

/* The same, of a PMD. */
#if defined(HAVE_pmd_mkwrite_novma)
#define spellingHugeMakeWrite(pmd) pmd_mkwrite_novma(pmd)
#else
#define spellingHugeMakeWrite(pmd) pmd_mkwrite(pmd)
#endif
#if defined(HAVE_pmd_mkuffd_wp)
#define spellingHugeMakeUffd(pmd) pmd_mkuffd_wp(pmd)
#define spellingHugeUffd(pmd) pmd_uffd_wp(pmd)
#elif defined(HAVE_pmd_mkuffd)
#define spellingHugeMakeUffd(pmd) pmd_mkuffd(pmd)
#define spellingHugeUffd(pmd) pmd_uffd(pmd)
#endif

/* The low bits of folio->mapping of an anonymous folio: renamed in v6.17. */
#if defined(HAVE_FOLIO_MAPPING_ANON)
#define SPELLING_MAPPING_ANON FOLIO_MAPPING_ANON
#else
#define SPELLING_MAPPING_ANON PAGE_MAPPING_ANON
#endif

/* Large folios have a pin count of their own; an order-1 folio has room for it on 64 bit only
 * (v6.15). */
#if defined(HAVE_folio_has_pincount)
#define spellingHasPincount(folio) folio_has_pincount(folio)
#else
#define spellingHasPincount(folio) folio_test_large(folio)
#endif

/* Memory that may be dropped under pressure: v6.11, 64 bit only. */
#if defined(HAVE_VM_DROPPABLE)
#define SPELLING_VM_DROPPABLE VM_DROPPABLE
#else
#define SPELLING_VM_DROPPABLE 0
#endif

#if defined(CONFIG_MEM_SOFT_DIRTY) && defined(HAVE_VM_SOFTDIRTY)
#define SPELLING_VM_SOFTDIRTY VM_SOFTDIRTY
#else
#define SPELLING_VM_SOFTDIRTY 0
#endif

#if defined(HAVE_VM_SHADOW_STACK) && defined(HAVE_pte_mkwrite_shstk) && \
    defined(CONFIG_X86_USER_SHADOW_STACK)
#define SPELLING_VM_SHADOW_STACK VM_SHADOW_STACK
#define spellingMakeShadowStack(pte) pte_mkwrite_shstk(pte)
#else
#define SPELLING_VM_SHADOW_STACK 0
#define spellingMakeShadowStack(pte) (pte)
#endif

#endif
