# SPDX-License-Identifier: GPL-2.0-only
# docs/tutorial.md: on top of batch.sed, ends a batch where the write bit or soft-dirty changes.
/^static int lazyfree_batch(/,/^}/ {
  s/int room = .*/&\
	int n, most;/
  s/return folio_pte_batch(/most = folio_pte_batch(/
  /NULL, NULL, NULL);/a\
	for (n = 1; n < most; n++) {\
		pte_t next = ptep_get(pvmw->pte + n);\
\
		if (!pte_write(next) != !pte_write(first) ||\
		    !pte_soft_dirty(next) != !pte_soft_dirty(first))\
			break;\
	}\
	return n;
}
