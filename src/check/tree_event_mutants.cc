// SPDX-License-Identifier: GPL-2.0-only
//
// Kernel trees with mistakes of time: something is looked at too early, or read and written in two
// steps. Made of Linux 6.12, which unmaps one entry at a time. Run one after the other, each does
// what 6.12 does.
#include "check/tree_event_mutants.h"

#include <string>

#include "check/tree_mutants.h"

namespace ptecheck {
namespace {

TreeEdit& unmap(TreeEdit& edit) { return edit.in("mm/rmap.c", "try_to_unmap_one"); }

// What the places are called in 6.12.
constexpr const char* kLocals = "bool anon_exclusive, ret = true;";
constexpr const char* kPageFound = "subpage = folio_page\\([^;]*;";  // the entry was read; not yet
                                                                     // cleared
constexpr const char* kDeferredClear = "ptep_get_and_clear\\(mm, address, pvmw\\.pte\\)";
constexpr const char* kFlushedClear = "[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\)";
constexpr const char* kDirtyTest =
    "[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\);\\s*\\}\\s*if \\(";
constexpr const char* kPutBack = "set_pte_at\\(mm, address, pvmw\\.pte, pteval\\);(?=\\s*/\\*)";
constexpr const char* kCount = "ref_count = folio_ref_count\\(folio\\);";
constexpr const char* kFolioDirty = "\\(!folio_test_dirty\\(folio\\) \\|\\|";

// `declaration` of a local, and `statement` between the entry's first read and its clear.
TreeEdit& early(TreeEdit& edit, const std::string& declaration, const std::string& statement) {
  return unmap(edit)
      .insertAfter(kLocals, "\n\t" + declaration)
      .insertAfter(kPageFound, "\n\t\t" + statement);
}

void dirtyOfFirstRead(TreeEdit& edit) {
  early(edit, "pte_t first;", "first = pteval;").insertAfter(kDirtyTest, "pte_dirty(first) && ");
}

void putBackFirstRead(TreeEdit& edit) {
  early(edit, "pte_t first;", "first = pteval;")
      .replace(kPutBack, "set_pte_at(mm, address, pvmw.pte, first);");
}

void countBeforeClear(TreeEdit& edit) {
  early(edit, "int first;", "first = folio_ref_count(folio);")
      .replace(kCount, "ref_count = first;");
}

void folioDirtyBeforeClear(TreeEdit& edit) {
  early(edit, "bool first;", "first = folio_test_dirty(folio);")
      .replace(kFolioDirty, "(!(first || pte_dirty(pteval)) ||");
}

void folioDirtyBeforeCount(TreeEdit& edit) {
  unmap(edit)
      .insertAfter(kLocals, "\n\tbool first;")
      .insertBefore(kCount, "first = folio_test_dirty(folio);\n\t\t\t\t")
      .replace(kFolioDirty, "(!first ||");
}

void pinBeforeClear(TreeEdit& edit) {
  early(edit, "bool first;", "first = folio_maybe_dma_pinned(folio);")
      .replace("folio_try_share_anon_rmap_pte\\(folio, subpage\\)\\)",
               "(first || (ClearPageAnonExclusive(subpage), 0)))");
}

// Both clears by a function of ours, of which `body` is the body.
void clearBy(TreeEdit& edit, const char* body) {
  unmap(edit)
      .insertBeforeFunction(
          std::string("static pte_t example_clear(struct mm_struct *mm, unsigned long address,\n"
                      "\t\tpte_t *ptep, pte_t expected)\n{\n") +
          body + "}\n\n")
      .replace(kDeferredClear, "example_clear(mm, address, pvmw.pte, pteval)")
      .replace(kFlushedClear,
               " example_clear(mm, address, pvmw.pte, pteval);\n"
               "\t\t\t\tflush_tlb_page(vma, address)");
}

void clearInTwoSteps(TreeEdit& edit) {
  clearBy(edit,
          "\tpte_t now = ptep_get(ptep);\n\n"
          "\tpte_clear(mm, address, ptep);\n"
          "\treturn now;\n");
}

// Clears as one operation what it expects; what has changed, in two steps.
void clearChangedInTwoSteps(TreeEdit& edit) {
  clearBy(edit,
          "\tpte_t now = ptep_get(ptep);\n\n"
          "\tif (pte_same(now, expected))\n"
          "\t\treturn ptep_get_and_clear(mm, address, ptep);\n"
          "\tpte_clear(mm, address, ptep);\n"
          "\treturn now;\n");
}

// The tree of treeMutants() that works in batches, and is right.
void batch(TreeEdit& edit) {
  for (const TreeMutant& mutant : treeMutants())
    if (std::string(mutant.name) == "batch-respecting-bits") mutant.apply(edit);
}

// A batch's dirty bits are collected by the scan before the clear, and the clear collects none.
void batchDirtyOfScan(TreeEdit& edit) {
  batch(edit);
  unmap(edit)
      .insertBeforeFunction(
          "static pte_t example_clear(struct mm_struct *mm, unsigned long address,\n"
          "\t\tpte_t *ptep, int nr)\n{\n"
          "\tpte_t all = ptep_get(ptep);\n"
          "\tint i;\n\n"
          "\tfor (i = 1; i < nr; i++)\n"
          "\t\tif (pte_dirty(ptep_get(ptep + i)))\n"
          "\t\t\tall = pte_mkdirty(all);\n"
          "\tclear_full_ptes(mm, address, ptep, nr, 0);\n"
          "\treturn all;\n}\n\n")
      .replace("get_and_clear_full_ptes\\(mm, address, pvmw\\.pte, nr, 0\\);(?=\\s*set_tlb)",
               "example_clear(mm, address, pvmw.pte, nr);")
      .replace("get_and_clear_full_ptes\\(mm, address, pvmw\\.pte, nr, 0\\);(?=\\s*flush_tlb)",
               "example_clear(mm, address, pvmw.pte, nr);");
}

// Of a page that was dropped, the next reader finds nothing: contents as well.
constexpr RuleSet kDirtyLost = ruleBit(Rule::kDirtyLost) | ruleBit(Rule::kContents),
                  kExclusiveBroken = ruleBit(Rule::kExclusiveBroken);

const TreeEventMutant kMutants[] = {
    {"dirty-of-first-read", "dirty is taken from the value read before the clear", 1, kDirtyLost,
     dirtyOfFirstRead},
    // (The scenarios' own event, a late reference, shows this one too; it is left out here.)
    {"count-before-clear", "references are counted before the entry is cleared", 1,
     ruleBit(Rule::kDirtyLost), countBeforeClear},
    {"folio-dirty-before-clear", "the folio's dirty flag is read before the entry is cleared", 1,
     kDirtyLost, folioDirtyBeforeClear},
    {"folio-dirty-before-count", "the folio's dirty flag is read before the references", 1,
     kDirtyLost, folioDirtyBeforeCount},
    {"pin-before-clear", "pins are looked for before the entry is cleared", 1, kExclusiveBroken,
     pinBeforeClear},
    {"clear-in-two-steps", "the entry is read and cleared in two steps", 1, kDirtyLost,
     clearInTwoSteps},
    {"clear-changed-in-two-steps", "an entry that has changed is read and cleared in two steps", 2,
     kDirtyLost, clearChangedInTwoSteps},
    {"batch-dirty-of-scan", "a batch's dirty bits are collected before it is cleared", 1,
     kDirtyLost, batchDirtyOfScan},
    {"put-back-first-read", "none: dirty went to the folio, and accessed may be forgotten", 0, 0,
     putBackFirstRead},
    {"batch", "none: a batch of entries, each cleared as one operation", 0, 0, batch},
};

}  // namespace

std::span<const TreeEventMutant> treeEventMutants() { return kMutants; }

}  // namespace ptecheck
