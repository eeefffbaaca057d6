/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries as a scenario asks for them, made by the tree's own helpers: present ones, and those in
 * swap form. Part of agent.c.
 */
#ifndef PTECHECK_KERNEL_AGENT_ENTRIES_H
#define PTECHECK_KERNEL_AGENT_ENTRIES_H

#include "kernel_agent/world.h"

static inline struct folio *scenarioFolio(void) { return (struct folio *)pfn_to_page(FOLIO_PFN); }

static pte_t makeEntry(unsigned bits, bool shadow_stack, unsigned long pfn) {
  pte_t pte = pfn_pte(pfn, SPELLING_READONLY);

  /* Write before dirty: x86 keeps the dirty bit of a read-only entry elsewhere (SavedDirty). */
  if ((bits & ENTRY_WRITE) && !shadow_stack) pte = spellingMakeWrite(pte);
  pte = bits & ENTRY_YOUNG ? pte_mkyoung(pte) : pte_mkold(pte);
  pte = bits & ENTRY_DIRTY ? pte_mkdirty(pte) : pte_mkclean(pte);
  /* Soft-dirty after dirty: pte_mkdirty() sets both on most architectures. */
  pte = bits & ENTRY_SOFT_DIRTY ? pte_mksoft_dirty(pte) : pte_clear_soft_dirty(pte);
  if (bits & ENTRY_UFFD_WP) pte = spellingMakeUffd(pte);
  if ((bits & ENTRY_WRITE) && shadow_stack) pte = spellingMakeShadowStack(pte);
  /* As change_pte_range() does: what pte_modify() adds of the protection (accessed, on powerpc),
   * such an entry has. */
  if (bits & ENTRY_PROTNONE) pte = pte_modify(pte, PAGE_NONE);
  if (bits & ENTRY_UNUSED) pte = archUnused(pte);
  return pte;
}

/* The software bits of swap form. */
static pte_t swapBits(pte_t pte, unsigned bits) {
  if (bits & ENTRY_SOFT_DIRTY) pte = pte_swp_mksoft_dirty(pte);
#if defined(spellingSwapMakeUffd)
  if (bits & ENTRY_UFFD_WP) pte = spellingSwapMakeUffd(pte);
#endif
  return pte;
}

/* An entry of the page in swap form, or a marker. */
static pte_t makeSwapForm(unsigned bits, unsigned page) {
  pte_t pte;

  switch (entryKind(bits)) {
    case ENTRY_SWAP:
      pte = __swp_entry_to_pte(__swp_entry(SWAP_TYPE, SWAP_OFFSET + page));
      if (bits & ENTRY_EXCLUSIVE) pte = pte_swp_mkexclusive(pte);
      return swapBits(pte, bits);
#if defined(spellingDeviceExclusive)
    case ENTRY_DEVICE_EXCLUSIVE:
      pte = swp_entry_to_pte(spellingDeviceExclusive(bits & ENTRY_WRITE, FOLIO_PFN + page));
      return swapBits(pte, bits);
    case ENTRY_DEVICE_PRIVATE:
      pte = swp_entry_to_pte(bits & ENTRY_WRITE
                                 ? make_writable_device_private_entry(FOLIO_PFN + page)
                                 : make_readable_device_private_entry(FOLIO_PFN + page));
      return swapBits(pte, bits);
#endif
#if defined(spellingMarker)
    case ENTRY_MARKER:
      return spellingMarker();
#endif
    default:
      env_unsupported("this tree's configuration has no such entry in swap form");
  }
}

#endif
