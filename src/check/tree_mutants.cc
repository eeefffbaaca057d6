// SPDX-License-Identifier: GPL-2.0-only
//
// Broken kernel trees, made from a good one. Linux 6.12 unmaps one entry at a time; the first half
// of the list makes it work in batches, as 6.15 and later do, each time with another mistake; the
// second half breaks it as it is. Mistakes are of the kinds that were made: a bit of the first
// entry stamped on the rest (CVE-2026-31398), a bound forgotten, a count off by one, a bit dropped
// on the way to the swap entry, a variable that keeps its value in the next turn of the loop.
#include "check/tree_mutants.h"

namespace ptecheck {
namespace {

constexpr const char* kFile = "mm/rmap.c";
constexpr const char* kFunction = "try_to_unmap_one";

TreeEdit& unmap(TreeEdit& edit) { return edit.in(kFile, kFunction); }

// --- Anchors: what the places are called in 6.12
// -----------------------------------------------------

constexpr const char* kDeferredClear = "ptep_get_and_clear\\(mm, address, pvmw\\.pte\\)";
constexpr const char* kFlushedClear = "[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\)";
constexpr const char* kPageFound = "subpage = folio_page\\([^;]*;";
// In order of the loop: the lazyfree folio that is dropped, and the one that is put back.
constexpr const char* kDropped = "dec_mm_counter\\(mm, MM_ANONPAGES\\);\\s*goto discard;";
constexpr const char* kPutBack = "set_pte_at\\(mm, address, pvmw\\.pte, pteval\\);(?=\\s*/\\*)";
constexpr const char* kDuplicateFailed =
    "swap_duplicate\\(entry\\) < 0\\) \\{\\s*set_pte_at\\(mm, address, pvmw\\.pte, pteval\\);";
constexpr const char* kShareFailed =
    "folio_try_share_anon_rmap_pte\\(folio, subpage\\)\\) \\{\\s*swap_free\\(entry\\);";

// --- The batching tree
// ---------------------------------------------------------------------------------

// Counts, finds and unmaps batches of lazyfree entries. `count` is the body of a function with the
// parameters folio, walk, vma and first that returns the length of the batch at walk->pte;
// `put_back` is the statement that restores `nr` entries from `pteval`, the first entry with the
// others' young and dirty bits.
void batch(TreeEdit& edit, const char* count, const char* put_back) {
  unmap(edit)
      .insertBeforeFunction(
          std::string(
              "static int example_batch(struct folio *folio, struct page_vma_mapped_walk *walk,\n"
              "\t\tstruct vm_area_struct *vma, pte_t first)\n{\n"
              "\tif (!folio_test_large(folio) || !folio_test_anon(folio) ||\n"
              "\t    folio_test_swapbacked(folio) || !pte_present(first))\n"
              "\t\treturn 1;\n") +
          count + "}\n\n")
      .replace("bool anon_exclusive, ret = true;", "bool anon_exclusive, ret = true;\n\tint nr;")
      .insertAfter(kPageFound, "\n\t\tnr = example_batch(folio, &pvmw, vma, pteval);")
      .replace(kDeferredClear, "get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0)")
      .replace(kFlushedClear,
               " get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0);\n"
               "\t\t\t\tflush_tlb_range(vma, address, address + nr * PAGE_SIZE)")
      .replace(kDropped, "add_mm_counter(mm, MM_ANONPAGES, -nr);\n\t\t\t\t\tgoto discard;")
      .replace(kPutBack, put_back)
      .replace("folio_remove_rmap_pte\\(folio, subpage, vma\\)",
               "folio_remove_rmap_ptes(folio, subpage, nr, vma)")
      .replace("folio_put\\(folio\\)", "folio_put_refs(folio, nr)");
}

// Up to the end of VMA and page table, whatever the write and soft-dirty bits: the form of 6.16.
constexpr const char* kBound =
    "\tint room = (pmd_addr_end(walk->address, vma->vm_end) - walk->address) >> PAGE_SHIFT;\n\n";
constexpr const char* kDetect =
    "\treturn folio_pte_batch(folio, walk->address, walk->pte, first, room,\n"
    "\t\t\t       FPB_IGNORE_DIRTY | FPB_IGNORE_SOFT_DIRTY, NULL, NULL, NULL);\n";
constexpr const char* kPutFirstBack = "set_ptes(mm, address, pvmw.pte, pteval, nr);";

// kBound is a declaration after a statement, which kernel code is not compiled with; hence a block.
std::string body(const std::string& room, const std::string& rest) {
  return "\t{\n" + room + rest + "\t}\n";
}

void batchRestoreFirst(TreeEdit& edit) {
  batch(edit, body(kBound, kDetect).c_str(), kPutFirstBack);
}

void batchRestoreWriteProtected(TreeEdit& edit) {
  batch(edit, body(kBound, kDetect).c_str(),
        "set_ptes(mm, address, pvmw.pte, pte_wrprotect(pteval), nr);");
}

// Cuts the batch where the write or the soft-dirty bit changes: what was merged upstream.
void batchRespectingBits(TreeEdit& edit) {
  batch(edit,
        body(kBound,
             "\tint n, most = folio_pte_batch(folio, walk->address, walk->pte, first, room,\n"
             "\t\t\t\tFPB_IGNORE_DIRTY | FPB_IGNORE_SOFT_DIRTY, NULL, NULL, NULL);\n\n"
             "\tfor (n = 1; n < most; n++) {\n"
             "\t\tpte_t other = ptep_get(walk->pte + n);\n\n"
             "\t\tif (!!pte_write(other) != !!pte_write(first) ||\n"
             "\t\t    !!pte_soft_dirty(other) != !!pte_soft_dirty(first))\n"
             "\t\t\tbreak;\n"
             "\t}\n"
             "\treturn n;\n")
            .c_str(),
        kPutFirstBack);
}

void batchPastVma(TreeEdit& edit) {
  batch(edit,
        body("\tint room = (pmd_addr_end(walk->address, ULONG_MAX) - walk->address) >> "
             "PAGE_SHIFT;\n\n",
             kDetect)
            .c_str(),
        kPutFirstBack);
}

void batchPastTable(TreeEdit& edit) {
  batch(edit,
        body("\tint room = (vma->vm_end - walk->address) >> PAGE_SHIFT;\n\n", kDetect).c_str(),
        kPutFirstBack);
}

// Looks at page frames only, so the neighbouring folio that continues them is taken for the folio's
// own.
void batchPastFolio(TreeEdit& edit) {
  batch(edit,
        body(kBound,
             "\tint n;\n\n"
             "\tfor (n = 1; n < room; n++) {\n"
             "\t\tpte_t other = ptep_get(walk->pte + n);\n\n"
             "\t\tif (!pte_present(other) || pte_pfn(other) != pte_pfn(first) + n)\n"
             "\t\t\tbreak;\n"
             "\t}\n"
             "\treturn n;\n")
            .c_str(),
        kPutFirstBack);
}

// Only the first entry of the batch is put back.
void batchRestoreOne(TreeEdit& edit) {
  batch(edit, body(kBound, kDetect).c_str(), "set_pte_at(mm, address, pvmw.pte, pteval);");
}

void batchCountsOne(TreeEdit& edit) {
  batchRestoreFirst(edit);
  unmap(edit).replace("add_mm_counter\\(mm, MM_ANONPAGES, -nr\\)",
                      "dec_mm_counter(mm, MM_ANONPAGES)");
}

// --- Mistakes in single steps
// ----------------------------------------------------------------------------

void softDirtyDropped(TreeEdit& edit) {
  unmap(edit).replace("\\(pte_soft_dirty\\(pteval\\)\\)", "(0 && pte_soft_dirty(pteval))");
}

void uffdWpDropped(TreeEdit& edit) {
  unmap(edit).replace("\\(pte_uffd_wp\\(pteval\\)\\)", "(0 && pte_uffd_wp(pteval))");
}

void dirtyDropped(TreeEdit& edit) {
  unmap(edit).insertAfter("[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\);\\s*\\}\\s*if \\(",
                          "0 && ");
}

void rssKept(TreeEdit& edit) { unmap(edit).replace(kDropped, "goto discard;"); }

void swapRssForgotten(TreeEdit& edit) {
  unmap(edit).replace("inc_mm_counter\\(mm, MM_SWAPENTS\\);", "");
}

void referenceLeaked(TreeEdit& edit) {
  unmap(edit).replace("folio_put\\(folio\\);", "if (!pte_young(pteval))\n\t\t\tfolio_put(folio);");
}

void mappingLeaked(TreeEdit& edit) {
  unmap(edit).replace(
      "folio_remove_rmap_pte\\(folio, subpage, vma\\)",
      "if (!pte_young(pteval))\n\t\t\t\tfolio_remove_rmap_pte(folio, subpage, vma)");
}

void swapCountLeaked(TreeEdit& edit) {
  unmap(edit).replace(kShareFailed, "folio_try_share_anon_rmap_pte(folio, subpage)) {");
}

void exclusiveCarriedOver(TreeEdit& edit) {
  unmap(edit)
      .replace("bool anon_exclusive, ret = true;", "bool anon_exclusive = false, ret = true;")
      .replace("anon_exclusive = folio_test_anon\\(folio\\) &&",
               "anon_exclusive = anon_exclusive || (folio_test_anon(folio)) &&");
}

void uffdWpCarriedOver(TreeEdit& edit) {
  unmap(edit)
      .replace("bool anon_exclusive, ret = true;",
               "bool anon_exclusive, ret = true, armed = false;")
      .replace("if \\(pte_uffd_wp\\(pteval\\)\\)",
               "armed |= pte_uffd_wp(pteval);\n\t\t\t\tif (armed)");
}

// What is put back is the entry of the turn before: its bits, and its page.
void entryCarriedOver(TreeEdit& edit) {
  unmap(edit)
      .replace("bool anon_exclusive, ret = true;",
               "bool anon_exclusive, ret = true;\n\tpte_t last = __pte(0);")
      .replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_val(last) ? last : pteval);")
      .replace("folio_put\\(folio\\);", "folio_put(folio);\n\t\tlast = pteval;");
}

void restoredWritable(TreeEdit& edit) {
  unmap(edit).replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_mkwrite(pteval, vma));");
}

void restoredCleanOfSoftDirty(TreeEdit& edit) {
  unmap(edit).replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_clear_soft_dirty(pteval));");
}

void restoredWriteProtected(TreeEdit& edit) {
  unmap(edit).replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_wrprotect(pteval));");
}

void restoredSoftDirty(TreeEdit& edit) {
  unmap(edit).replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_mksoft_dirty(pteval));");
}

void restoredWithoutUffdWp(TreeEdit& edit) {
  unmap(edit).replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, pte_clear_uffd_wp(pteval));");
}

void restoreForgotten(TreeEdit& edit) { unmap(edit).replace(kPutBack, ""); }

void swapRestoreForgotten(TreeEdit& edit) {
  unmap(edit).replace(kDuplicateFailed, "swap_duplicate(entry) < 0) {");
}

void pinIgnored(TreeEdit& edit) {
  unmap(edit).replace("folio_try_share_anon_rmap_pte\\(folio, subpage\\)\\)",
                      "(ClearPageAnonExclusive(subpage), 0))");
}

void droppedThoughDirty(TreeEdit& edit) {
  unmap(edit).replace("\\(!folio_test_dirty\\(folio\\) \\|\\|",
                      "(1 || !folio_test_dirty(folio) ||");
}

void droppedThoughReferenced(TreeEdit& edit) {
  unmap(edit).replace("ref_count == 1 \\+ map_count", "ref_count >= 1 + map_count");
}

// References are counted before the entry is cleared: one that GUP-fast takes in between goes
// unseen.
void countedBeforeClear(TreeEdit& edit) {
  unmap(edit)
      .replace("bool anon_exclusive, ret = true;", "bool anon_exclusive, ret = true;\n\tint early;")
      .insertAfter(kPageFound, "\n\t\tearly = folio_ref_count(folio);")
      .replace("ref_count = folio_ref_count\\(folio\\);", "ref_count = early;");
}

void mlockIgnored(TreeEdit& edit) {
  unmap(edit).replace("if \\(!\\(flags & TTU_IGNORE_MLOCK\\) &&",
                      "if (0 && !(flags & TTU_IGNORE_MLOCK) &&");
}

void wrongSwapSlot(TreeEdit& edit) {
  unmap(edit).replace("page_swap_entry\\(subpage\\)", "page_swap_entry(&folio->page)");
}

// --- The list
// ---------------------------------------------------------------------------------------------

constexpr RuleSet kWriteGained = ruleBit(Rule::kWriteGained),
                  kEntryLost = ruleBit(Rule::kEntryLost), kAccounting = ruleBit(Rule::kAccounting),
                  kBounds = ruleBit(Rule::kBatchBounds),
                  kSoftDirtyLost = ruleBit(Rule::kSoftDirtyLost),
                  kDirtyLost = ruleBit(Rule::kDirtyLost),
                  kUffdWpChanged = ruleBit(Rule::kUffdWpChanged),
                  kExclusiveBroken = ruleBit(Rule::kExclusiveBroken);

#define LAZYFREE(details, vma, entries) \
  "folio: " details "\nvma A: " vma "\npage  A\n" entries "operation: try_to_unmap\n"
#define SWAP(details, vma, entries) LAZYFREE(details ", swap-backed, swap-cache", vma, entries)

const TreeMutant kMutants[] = {
    {"batch-restore-first", "a batch is put back as copies of its first entry", kWriteGained,
     LAZYFREE("2 pages, lazyfree", "write", "0     wE.Y..\n1     r.DY..\n"), batchRestoreFirst},
    {"batch-restore-write-protected",
     "the copies are write-protected; soft-dirty is still the first's", kSoftDirtyLost,
     LAZYFREE("2 pages, lazyfree, references 1", "write", "0     wE.Y..\n1     wE.YS.\n"),
     batchRestoreWriteProtected},
    {"batch-respecting-bits", "none: batches end where write or soft-dirty change", 0,
     LAZYFREE("2 pages, lazyfree", "write", "0     wE.Y..\n1     r.DY..\n"), batchRespectingBits},
    {"batch-past-vma", "a batch runs over the end of the VMA", kBounds,
     LAZYFREE("2 pages, lazyfree", "write\nvma A from page 1: write, locked",
              "0     r..Y..\n1     r..Y..\n"),
     batchPastVma},
    {"batch-past-table", "a batch runs over the end of the page table", kBounds,
     LAZYFREE("2 pages, lazyfree\npage table: ends before page 1", "write",
              "0     r..Y..\n1     r..Y..\n"),
     batchPastTable},
    {"batch-past-folio", "a batch runs into the next folio", kBounds,
     LAZYFREE("2 pages, lazyfree", "write", "0     r..Y..\n1     r..Y..\n"), batchPastFolio},
    {"batch-restore-one", "of a batch that cannot go, only the first entry is put back", kEntryLost,
     LAZYFREE("2 pages, lazyfree, references 1", "write", "0     wE.Y..\n1     wE.Y..\n"),
     batchRestoreOne},
    {"batch-counts-one", "rss falls by one for a whole batch", kAccounting,
     LAZYFREE("2 pages, lazyfree", "write", "0     r..Y..\n1     r..Y..\n"), batchCountsOne},

    {"soft-dirty-dropped", "the swap entry loses soft-dirty", kSoftDirtyLost,
     SWAP("1 page", "write", "0     r..YS.\n"), softDirtyDropped},
    {"uffd-wp-dropped", "the swap entry loses uffd-wp", kUffdWpChanged,
     SWAP("1 page", "write, uffd-wp", "0     r..Y.U\n"), uffdWpDropped},
    {"dirty-dropped", "the entry's dirty bit does not reach the folio", kDirtyLost,
     SWAP("1 page", "write", "0     wEDY..\n"), dirtyDropped},
    {"rss-kept", "rss does not fall when a lazyfree page is dropped", kAccounting,
     LAZYFREE("1 page, lazyfree", "write", "0     wE.Y..\n"), rssKept},
    {"swap-rss-forgotten", "the count of swap entries does not rise", kAccounting,
     SWAP("1 page", "write", "0     wE.Y..\n"), swapRssForgotten},
    {"reference-leaked", "a young entry keeps its folio reference", kAccounting,
     LAZYFREE("1 page, lazyfree", "write", "0     wE.Y..\n"), referenceLeaked},
    {"mapping-leaked", "a young entry keeps its mapping count", kAccounting,
     LAZYFREE("1 page, lazyfree", "write", "0     wE.Y..\n"), mappingLeaked},
    {"swap-count-leaked", "a swap count stays when a pinned page is put back", kAccounting,
     SWAP("1 page, pins 1", "write", "0     wE.Y..\n"), swapCountLeaked},
    {"exclusive-carried-over", "the exclusive marker stays set in the loop's next turn",
     kExclusiveBroken, SWAP("2 pages", "write", "0     rE.Y..\n1     r..Y..\n"),
     exclusiveCarriedOver},
    {"uffd-wp-carried-over", "uffd-wp stays set in the loop's next turn", kUffdWpChanged,
     SWAP("2 pages", "write, uffd-wp", "0     r..Y.U\n1     r..Y..\n"), uffdWpCarriedOver},
    {"entry-carried-over", "what is put back is the previous turn's entry", kEntryLost,
     LAZYFREE("2 pages, lazyfree", "write", "0     wE.Y..\n1     wEDY..\n"), entryCarriedOver},
    {"restored-writable", "an entry is put back writable", kWriteGained,
     LAZYFREE("1 page, lazyfree", "write", "0     r.DY..\n"), restoredWritable},
    {"restored-clean-of-soft-dirty", "an entry is put back without soft-dirty", kSoftDirtyLost,
     LAZYFREE("1 page, lazyfree", "write", "0     r.DYS.\n"), restoredCleanOfSoftDirty},
    {"restored-write-protected", "an entry is put back write-protected: costs a fault",
     ruleBit(Rule::kWriteLost), LAZYFREE("1 page, lazyfree", "write", "0     wEDY..\n"),
     restoredWriteProtected},
    {"restored-soft-dirty", "an entry is put back soft-dirty: costs a copy",
     ruleBit(Rule::kSoftDirtyGained), LAZYFREE("1 page, lazyfree", "write", "0     r.DY..\n"),
     restoredSoftDirty},
    {"restored-without-uffd-wp", "an entry is put back without uffd-wp", kUffdWpChanged,
     LAZYFREE("1 page, lazyfree", "write, uffd-wp", "0     r.DY.U\n"), restoredWithoutUffdWp},
    {"restore-forgotten", "a lazyfree entry that must stay is not put back", kEntryLost,
     LAZYFREE("1 page, lazyfree", "write", "0     wEDY..\n"), restoreForgotten},
    {"swap-restore-forgotten", "the entry is not put back when there is no swap count to be had",
     kEntryLost,
     SWAP("1 page", "write", "0     wE.Y..\n") "event: swap-duplicate-fails at chance 1\n",
     swapRestoreForgotten},
    {"pin-ignored", "a pinned page loses its exclusive marker", kExclusiveBroken,
     SWAP("1 page, pins 1", "write", "0     wE.Y..\n"), pinIgnored},
    {"dropped-though-dirty", "a lazyfree page that was written again is dropped", kDirtyLost,
     LAZYFREE("1 page, lazyfree", "write", "0     wEDY..\n"), droppedThoughDirty},
    {"dropped-though-referenced", "a lazyfree page that somebody references is dropped", kDirtyLost,
     LAZYFREE("1 page, lazyfree, references 1", "write", "0     wE.Y..\n"),
     droppedThoughReferenced},
    {"counted-before-clear", "references are counted before the entry is cleared", kDirtyLost,
     LAZYFREE("1 page, lazyfree", "write", "0     wE.Y..\n") "event: reference at chance 1\n",
     countedBeforeClear},
    {"mlock-ignored", "an entry of a locked VMA is unmapped", kBounds,
     LAZYFREE("1 page, lazyfree", "write, locked", "0     wE.Y..\n"), mlockIgnored},
    {"wrong-swap-slot", "every swap entry names the slot of the folio's first page", kEntryLost,
     SWAP("2 pages", "write", "0     wE.Y..\n1     wE.Y..\n"), wrongSwapSlot},
};

#undef LAZYFREE
#undef SWAP

}  // namespace

std::span<const TreeMutant> treeMutants() { return kMutants; }

}  // namespace ptecheck
