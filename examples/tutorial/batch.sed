# SPDX-License-Identifier: GPL-2.0-only
# docs/tutorial.md: makes try_to_unmap_one() of mm/rmap.c in Linux 6.12 unmap lazyfree folios in batches. Names places
# in the kernel's code, and adds code of our own. It has a mistake.
/^void folio_remove_rmap_pmd(/,/^}/ {
  /^}/a\
\
/* How many entries from pvmw->pte on are to be treated as one: of a lazyfree folio more, else 1. */\
static int lazyfree_batch(struct folio *folio, struct page_vma_mapped_walk *pvmw,\
			  struct vm_area_struct *vma, pte_t first)\
{\
	unsigned long end = pmd_addr_end(pvmw->address, vma->vm_end);\
	int room = (end - pvmw->address) >> PAGE_SHIFT;\
\
	if (!folio_test_large(folio) || !folio_test_anon(folio) ||\
	    folio_test_swapbacked(folio) || !pte_present(first))\
		return 1;\
	return folio_pte_batch(folio, pvmw->address, pvmw->pte, first, room,\
			       FPB_IGNORE_DIRTY | FPB_IGNORE_SOFT_DIRTY,\
			       NULL, NULL, NULL);\
}
}
/^static bool try_to_unmap_one(/,/^}/ {
  s/bool anon_exclusive, ret = true;/&\n\tint nr;/
  /subpage = folio_page(/a\
		nr = lazyfree_batch(folio, &pvmw, vma, pteval);
  s/= ptep_get_and_clear(mm, address, pvmw.pte)/= get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0)/
  s/= ptep_clear_flush(vma, address, pvmw.pte);/= get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0);\
				flush_tlb_range(vma, address, address + nr * PAGE_SIZE);/
  /ref_count == 1/,/goto walk_abort/ {
    s/dec_mm_counter(mm, MM_ANONPAGES)/add_mm_counter(mm, MM_ANONPAGES, -nr)/
    s/set_pte_at(mm, address, pvmw.pte, pteval)/set_ptes(mm, address, pvmw.pte, pteval, nr)/
  }
  s/folio_remove_rmap_pte(folio, subpage, vma)/folio_remove_rmap_ptes(folio, subpage, nr, vma)/
  s/folio_put(folio)/folio_put_refs(folio, nr)/
}
