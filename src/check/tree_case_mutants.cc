// SPDX-License-Identifier: GPL-2.0-only
//
// Broken kernel trees, made from a good one, for the cases beyond lazyfree. Linux 6.12 takes one
// entry at a time in all of them; the last three are trees that batch, each right but for one bit
// that it takes from the first entry for all: markers of files (as once in mm-unstable, 2026),
// PageAnonExclusive of swap-backed pages, soft-dirty of migrating ones.
#include "check/tree_case_mutants.h"

#include <cstring>
#include <string>

namespace ptecheck {
namespace {

TreeEdit& unmap(TreeEdit& edit) { return edit.in("mm/rmap.c", "try_to_unmap_one"); }
TreeEdit& migrate(TreeEdit& edit) { return edit.in("mm/rmap.c", "try_to_migrate_one"); }
TreeEdit& remove(TreeEdit& edit) { return edit.in("mm/migrate.c", "remove_migration_pte"); }
TreeEdit& unuse(TreeEdit& edit) { return edit.in("mm/swapfile.c", "unuse_pte"); }
TreeEdit& split(TreeEdit& edit) { return edit.in("mm/huge_memory.c", "__split_huge_pmd_locked"); }
TreeEdit& protect(TreeEdit& edit) { return edit.in("mm/mprotect.c", "change_pte_range"); }

constexpr const char* kMigrateDeclares = "bool anon_exclusive, ret = true;";

// --- Situations: one process, entries given
// --------------------------------------------------------------------------------

constexpr unsigned kYoung = ENTRY_PRESENT | ENTRY_YOUNG;
constexpr unsigned kSwapCached = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;

template <unsigned... kEntries>
Scenario situation(unsigned operation, unsigned folio_flags, unsigned vma_flags) {
  Scenario s;
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  s.pages = sizeof...(kEntries), s.processes = 1;
  s.operation = static_cast<unsigned char>(operation);
  s.folio_flags = static_cast<unsigned short>(FOLIO_UPTODATE | FOLIO_LOCKED | folio_flags);
  s.vma[0][0].flags = static_cast<unsigned short>(VMA_WRITE | vma_flags);
  unsigned page = 0;
  ((s.entry[page++] = static_cast<unsigned short>(kEntries)), ...);
  return s;
}

template <unsigned... kEntries>
Scenario migrating() {
  return situation<kEntries...>(OPERATION_TRY_TO_MIGRATE, FOLIO_SWAPBACKED | FOLIO_DIRTY, 0);
}

template <unsigned... kEntries>
Scenario migratingBack() {
  Scenario s = migrating<kEntries...>();
  s.steps = 1;
  s.step[0] = {STEP_NOT_MIGRATED, 0, ALL_PAGES};
  return s;
}

template <unsigned... kEntries>
Scenario migratingPinned() {
  Scenario s = migrating<kEntries...>();
  s.pins = 1;
  return s;
}

template <unsigned... kEntries>
Scenario file() {
  return situation<kEntries...>(OPERATION_TRY_TO_UNMAP, FOLIO_FILE,
                                VMA_FILE | VMA_SHARED | VMA_UFFD_WP);
}

template <unsigned... kEntries>
Scenario swapBacked() {
  return situation<kEntries...>(OPERATION_TRY_TO_UNMAP, kSwapCached | FOLIO_DIRTY, VMA_UFFD_WP);
}

// In a private mapping of a file, where there are markers.
template <unsigned... kEntries>
Scenario unregistered() {
  Scenario s = situation<kEntries...>(OPERATION_TRY_TO_UNMAP, kSwapCached | FOLIO_DIRTY,
                                      VMA_FILE | VMA_UFFD_WP);
  s.steps = 1;
  s.step[0] = {STEP_UNREGISTER, 0, ALL_PAGES};
  return s;
}

template <unsigned... kEntries>
Scenario swappedOff() {
  Scenario s = swapBacked<kEntries...>();
  s.steps = 1;
  s.step[0] = {STEP_SWAPOFF, 0, ALL_PAGES};
  return s;
}

// As many pages as a page table of x86-64 has entries, mapped by one PMD.
template <unsigned kEntry>
Scenario huge(unsigned operation, unsigned folio_flags) {
  Scenario s = situation<kEntry>(operation, folio_flags, VMA_UFFD_WP);
  s.pages = 512;
  s.pmd_mapped = 1;
  for (unsigned page = 1; page < s.pages; ++page) s.entry[page] = s.entry[0];
  return s;
}

// Split, and then put back: no swap slot's count can rise.
template <unsigned kEntry>
Scenario hugeStays() {
  Scenario s = huge<kEntry>(OPERATION_TRY_TO_UNMAP, kSwapCached | FOLIO_DIRTY);
  s.event = EVENT_SWAP_DUPLICATE, s.event_at = 1;
  return s;
}

template <unsigned kEntry>
Scenario hugeLazyfree() {
  return huge<kEntry>(OPERATION_TRY_TO_UNMAP, 0);
}

template <unsigned kEntry>
Scenario hugeMigrates() {
  return huge<kEntry>(OPERATION_TRY_TO_MIGRATE, FOLIO_SWAPBACKED | FOLIO_DIRTY);
}

// --- Mistakes in single steps
// ----------------------------------------------------------------------------------

void migrateWriteLost(TreeEdit& edit) {
  migrate(edit).replace("if \\(pte_write\\(pteval\\)\\)", "if (0 && pte_write(pteval))");
}

void migrateWriteGained(TreeEdit& edit) {
  migrate(edit).replace("if \\(pte_write\\(pteval\\)\\)", "if (1 || pte_write(pteval))");
}

void migrateExclusiveDropped(TreeEdit& edit) {
  migrate(edit).replace(
      "else if \\(anon_exclusive\\)"
      "(?=\\s*entry = make_readable_exclusive_migration_entry\\(\\s*page_to_pfn)",
      "else if (0 && anon_exclusive)");
}

void migrateSoftDirtyDropped(TreeEdit& edit) {
  migrate(edit).replace("if \\(pte_soft_dirty\\(pteval\\)\\)", "if (0 && pte_soft_dirty(pteval))");
}

void migrateUffdWpDropped(TreeEdit& edit) {
  migrate(edit).replace("if \\(pte_uffd_wp\\(pteval\\)\\)", "if (0 && pte_uffd_wp(pteval))");
}

void migrateDirtyDropped(TreeEdit& edit) {
  migrate(edit).replace("if \\(pte_dirty\\(pteval\\)\\)(?=\\s*folio_mark_dirty)",
                        "if (0 && pte_dirty(pteval))");
}

// Computed for the first page, and kept.
void migrateExclusiveCarriedOver(TreeEdit& edit) {
  migrate(edit)
      .replace(kMigrateDeclares, "bool anon_exclusive = false, ret = true;")
      .replace("anon_exclusive = folio_test_anon\\(folio\\) &&",
               "anon_exclusive = anon_exclusive || (folio_test_anon(folio)) &&");
}

void migratePinIgnored(TreeEdit& edit) {
  migrate(edit).replace("folio_try_share_anon_rmap_pte\\(folio, subpage\\)\\) \\{",
                        "(ClearPageAnonExclusive(subpage), 0)) {");
}

void returnedWithoutSoftDirty(TreeEdit& edit) {
  remove(edit).replace("if \\(pte_swp_soft_dirty\\(old_pte\\)\\)(?=\\s*pte = pte_mksoft_dirty)",
                       "if (0 && pte_swp_soft_dirty(old_pte))");
}

void returnedWritable(TreeEdit& edit) {
  remove(edit).replace("if \\(is_writable_migration_entry\\(entry\\)\\)",
                       "if (1 || is_writable_migration_entry(entry))");
}

void returnedShared(TreeEdit& edit) {
  remove(edit).replace("rmap_flags \\|= RMAP_EXCLUSIVE;", ";");
}

void markerForgotten(TreeEdit& edit) {
  unmap(edit).replace("pte_install_uffd_wp_if_needed\\(vma, address, pvmw\\.pte, pteval\\);", "");
}

void fileDirtyForgotten(TreeEdit& edit) {
  unmap(edit).insertAfter("[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\);\\s*\\}\\s*if \\(",
                          "0 && ");
}

void deviceUffdWpDropped(TreeEdit& edit) {
  unmap(edit).replace("if \\(pte_swp_uffd_wp\\(pteval\\)\\)", "if (0 && pte_swp_uffd_wp(pteval))");
}

void unregisterKeepsUffdWp(TreeEdit& edit) {
  protect(edit).replace("newpte = pte_swp_clear_uffd_wp\\(newpte\\)", ";");
}

void unregisterKeepsMarkers(TreeEdit& edit) {
  protect(edit).replace("pte_clear\\(vma->vm_mm, addr, pte\\);", ";");
}

void unregisterMakesWritable(TreeEdit& edit) {
  edit.in("mm/mprotect.c", "can_change_pte_writable")
      .replace("PageAnon\\(page\\) && PageAnonExclusive\\(page\\)", "PageAnon(page)");
}

void swapoffLosesSoftDirty(TreeEdit& edit) {
  unuse(edit).replace("if \\(pte_swp_soft_dirty\\(old_pte\\)\\)",
                      "if (0 && pte_swp_soft_dirty(old_pte))");
}

void swapoffLosesUffdWp(TreeEdit& edit) {
  unuse(edit).replace("if \\(pte_swp_uffd_wp\\(old_pte\\)\\)",
                      "if (0 && pte_swp_uffd_wp(old_pte))");
}

void swapoffForgetsExclusive(TreeEdit& edit) {
  unuse(edit).replace("rmap_flags \\|= RMAP_EXCLUSIVE;", ";");
}

// As before 5.13: the entry is compared as it is, and one with a bit is not recognised.
void swapoffMissesUffdWp(TreeEdit& edit) { unuse(edit).replace("pte_same_as_swp\\(", "pte_same("); }

void swapoffMissesProcess(TreeEdit& edit) {
  unmap(edit).replace("list_add\\(&mm->mmlist, &init_mm.mmlist\\);", ";");
}

void splitLosesUffdWp(TreeEdit& edit) {
  split(edit).replace("entry = pte_mkuffd_wp\\(entry\\);", ";");
}

void splitMakesWritable(TreeEdit& edit) {
  split(edit).replace("if \\(write\\)(?=\\s*entry = pte_mkwrite)", "if (1 || write)");
}

void splitForgetsExclusive(TreeEdit& edit) {
  split(edit).replace("rmap_flags \\|= RMAP_EXCLUSIVE;", ";");
}

void splitForgetsDirty(TreeEdit& edit) {
  split(edit).replace("dirty = true;\\s*folio_set_dirty\\(folio\\);", ";");
}

void freezeLosesSoftDirty(TreeEdit& edit) {
  split(edit).replace("entry = pte_swp_mksoft_dirty\\(entry\\);", ";");
}

void freezeIgnoresPin(TreeEdit& edit) {
  split(edit).replace("folio_try_share_anon_rmap_pmd\\(folio, page\\)\\)",
                      "(ClearPageAnonExclusive(page), 0))");
}

// --- Trees that batch
// ------------------------------------------------------------------------------------------

// `same` compares the entries `first` and `other`, n pages on, of page `page`. With what all three
// need: the length of a batch, found where the page is known, and as many entries cleared, and as
// many mappings and references dropped.
void batch(TreeEdit& edit, const char* same) {
  edit.insertBeforeFunction(
          std::string(
              "static int example_run(struct folio *folio, struct page_vma_mapped_walk *walk,\n"
              "\t\tstruct vm_area_struct *vma, struct page *page)\n{\n"
              "\tpte_t other, first = ptep_get(walk->pte);\n"
              "\tint n, room = (pmd_addr_end(walk->address, vma->vm_end) - walk->address) >> "
              "PAGE_SHIFT;\n\n"
              "\tif (!pte_present(first))\n\t\treturn 1;\n"
              "\troom = min_t(int, room, folio_nr_pages(folio) - folio_page_idx(folio, page));\n"
              "\tfor (n = 1; n < room; n++) {\n"
              "\t\tother = ptep_get(walk->pte + n);\n"
              "\t\tif (!pte_present(other) || !(") +
          same + "))\n\t\t\tbreak;\n\t}\n\treturn n;\n}\n\n")
      .replace(kMigrateDeclares, "bool anon_exclusive, ret = true;\n\tint i, nr;")
      .insertAfter(
          "anon_exclusive = folio_test_anon\\(folio\\) &&\\s*PageAnonExclusive\\(subpage\\);",
          "\n\t\tnr = example_run(folio, &pvmw, vma, subpage);")
      .replace("ptep_get_and_clear\\(mm, address, pvmw\\.pte\\)",
               "get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0)")
      .replace("[^_]ptep_clear_flush\\(vma, address, pvmw\\.pte\\)",
               " get_and_clear_full_ptes(mm, address, pvmw.pte, nr, 0);\n"
               "\t\t\t\tflush_tlb_range(vma, address, address + nr * PAGE_SIZE)")
      .replace("folio_remove_rmap_pte\\(folio, subpage, vma\\)",
               "folio_remove_rmap_ptes(folio, subpage, nr, vma)")
      .replace("folio_put\\(folio\\)", "folio_put_refs(folio, nr)");
}

// All bits of both but those named, which are ignored.
#define SAME_BUT(clear) "pte_same(" clear "(other), " clear "(pte_advance_pfn(first, n)))"

// A marker for the first entry of a batch alone.
void fileBatchMarksOne(TreeEdit& edit) {
  batch(unmap(edit), SAME_BUT("pte_mkold") " && !folio_test_anon(folio)");
  unmap(edit).replace("dec_mm_counter\\(mm, mm_counter_file\\(folio\\)\\)",
                      "add_mm_counter(mm, mm_counter_file(folio), -nr)");
}

// Swap entries all have the first page's exclusive marker.
void swapBatchFirstExclusive(TreeEdit& edit) {
  batch(unmap(edit),
        SAME_BUT("pte_mkold") " && folio_test_anon(folio) && folio_test_swapbacked(folio)");
  unmap(edit)
      .replace("swap_duplicate\\(entry\\) < 0\\) \\{",
               "({ int failed = 0; for (i = 0; i < nr; i++) failed |= "
               "swap_duplicate(swp_entry(swp_type(entry), swp_offset(entry) + i)); failed; })) {")
      .replace("folio_try_share_anon_rmap_pte\\(folio, subpage\\)",
               "({ for (i = 0; i < nr; i++) ClearPageAnonExclusive(subpage + i); 0; })")
      .replace("dec_mm_counter\\(mm, MM_ANONPAGES\\);(?=\\s*inc_mm)",
               "add_mm_counter(mm, MM_ANONPAGES, -nr);")
      .replace("inc_mm_counter\\(mm, MM_SWAPENTS\\)", "add_mm_counter(mm, MM_SWAPENTS, nr)")
      .replace("set_pte_at\\(mm, address, pvmw\\.pte, swp_pte\\);",
               "for (i = 0; i < nr; i++, swp_pte = pte_next_swp_offset(swp_pte))\n"
               "\t\t\t\tset_pte_at(mm, address + i * PAGE_SIZE, pvmw.pte + i, swp_pte);");
}

// Migration entries all have the first entry's soft-dirty bit.
void migrateBatchFirstSoftDirty(TreeEdit& edit) {
  batch(migrate(edit),
        SAME_BUT(
            "pte_clear_soft_dirty") " && PageAnonExclusive(page) == PageAnonExclusive(page + n)");
  migrate(edit)
      .replace("folio_try_share_anon_rmap_pte\\(folio, subpage\\)\\) \\{",
               "__folio_try_share_anon_rmap(folio, subpage, nr, RMAP_LEVEL_PTE)) {")
      .replace("set_pte_at\\(mm, address, pvmw\\.pte, swp_pte\\);",
               "for (i = 0; i < nr; i++, swp_pte = pte_next_swp_offset(swp_pte))\n"
               "\t\t\t\tset_pte_at(mm, address + i * PAGE_SIZE, pvmw.pte + i, swp_pte);");
}

#undef SAME_BUT

// --- The list
// ----------------------------------------------------------------------------------------------

constexpr RuleSet kWriteGained = ruleBit(Rule::kWriteGained),
                  kWriteLost = ruleBit(Rule::kWriteLost),
                  kSoftDirtyLost = ruleBit(Rule::kSoftDirtyLost),
                  kDirtyLost = ruleBit(Rule::kDirtyLost),
                  kUffdWpChanged = ruleBit(Rule::kUffdWpChanged),
                  kExclusiveBroken = ruleBit(Rule::kExclusiveBroken),
                  kEntryLost = ruleBit(Rule::kEntryLost);
constexpr unsigned kOwn = kYoung | ENTRY_EXCLUSIVE;
constexpr unsigned kWritable = kOwn | ENTRY_WRITE;

const TreeCaseMutant kMutants[] = {
    {"migrate-write-lost", "a migration entry is never writable: costs a fault", kWriteLost,
     migrating<kWritable>, migrateWriteLost},
    {"migrate-write-gained", "a migration entry is always writable", kWriteGained,
     migrating<kYoung>, migrateWriteGained},
    {"migrate-exclusive-dropped", "no migration entry says that its page is exclusive",
     kExclusiveBroken, migrating<kOwn>, migrateExclusiveDropped},
    {"migrate-soft-dirty-dropped", "the migration entry loses soft-dirty", kSoftDirtyLost,
     migrating<kYoung | ENTRY_SOFT_DIRTY>, migrateSoftDirtyDropped},
    {"migrate-uffd-wp-dropped", "the migration entry loses uffd-wp", kUffdWpChanged,
     [] {
       Scenario s = migrating<kYoung | ENTRY_UFFD_WP>();
       s.vma[0][0].flags |= VMA_UFFD_WP;
       return s;
     },
     migrateUffdWpDropped},
    {"migrate-dirty-dropped", "a migrating entry's dirty bit does not reach the folio", kDirtyLost,
     [] {
       Scenario s = migratingBack<kWritable | ENTRY_DIRTY>();
       s.folio_flags &= static_cast<unsigned short>(~FOLIO_DIRTY);
       return s;
     },
     migrateDirtyDropped},
    {"migrate-exclusive-carried-over", "the exclusive type stays in the loop's next turn",
     kExclusiveBroken, migrating<kOwn, kYoung>, migrateExclusiveCarriedOver},
    {"migrate-pin-ignored", "a pinned page migrates", kExclusiveBroken, migratingPinned<kOwn>,
     migratePinIgnored},
    {"returned-without-soft-dirty", "an entry returns from migration without soft-dirty",
     kSoftDirtyLost, migratingBack<kYoung | ENTRY_SOFT_DIRTY>, returnedWithoutSoftDirty},
    {"returned-writable", "every entry returns from migration writable", kWriteGained,
     migratingBack<kYoung>, returnedWritable},
    {"returned-shared", "no page returns from migration exclusive", kExclusiveBroken,
     migratingBack<kOwn>, returnedShared},
    {"marker-forgotten", "a file's entry leaves no uffd-wp marker", kUffdWpChanged,
     file<kYoung | ENTRY_UFFD_WP>, markerForgotten},
    {"file-dirty-forgotten", "a file's dirty bit does not reach the folio", kDirtyLost,
     file<kYoung | ENTRY_WRITE | ENTRY_DIRTY>, fileDirtyForgotten},
    {"device-uffd-wp-dropped", "a device-exclusive entry's uffd-wp is not in the swap entry",
     kUffdWpChanged, swapBacked<ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_UFFD_WP>,
     deviceUffdWpDropped},
    {"unregister-keeps-uffd-wp", "swap entries stay armed when userfaultfd lets go", kUffdWpChanged,
     unregistered<kOwn | ENTRY_UFFD_WP>, unregisterKeepsUffdWp},
    {"unregister-keeps-markers", "markers stay when userfaultfd lets go", kUffdWpChanged,
     unregistered<kOwn, ENTRY_MARKER>, unregisterKeepsMarkers},
    {"unregister-makes-writable", "shared pages become writable when userfaultfd lets go",
     kWriteGained,
     [] {
       Scenario s = unregistered<kYoung | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP>();
       s.event = EVENT_SWAP_DUPLICATE, s.event_at = 1;
       return s;
     },
     unregisterMakesWritable},
    {"swapoff-loses-soft-dirty", "an entry returns from swapoff without soft-dirty", kSoftDirtyLost,
     swappedOff<kYoung | ENTRY_SOFT_DIRTY>, swapoffLosesSoftDirty},
    {"swapoff-loses-uffd-wp", "an entry returns from swapoff without uffd-wp", kUffdWpChanged,
     swappedOff<kYoung | ENTRY_UFFD_WP>, swapoffLosesUffdWp},
    {"swapoff-forgets-exclusive", "no page returns from swapoff exclusive", kExclusiveBroken,
     swappedOff<kOwn>, swapoffForgetsExclusive},
    {"swapoff-misses-uffd-wp", "swapoff does not recognise an entry with uffd-wp", kEntryLost,
     swappedOff<kYoung | ENTRY_UFFD_WP>, swapoffMissesUffdWp},
    {"swapoff-misses-process", "swapoff does not know the process", kEntryLost, swappedOff<kYoung>,
     swapoffMissesProcess},
    {"split-loses-uffd-wp", "splitting a PMD makes entries without uffd-wp", kUffdWpChanged,
     hugeStays<kYoung | ENTRY_UFFD_WP>, splitLosesUffdWp},
    {"split-makes-writable", "splitting a PMD makes writable entries", kWriteGained,
     hugeStays<kYoung>, splitMakesWritable},
    {"split-forgets-exclusive", "no page of a PMD that was split is exclusive", kExclusiveBroken,
     hugeStays<kWritable>, splitForgetsExclusive},
    {"split-forgets-dirty", "splitting a PMD forgets that it was dirty", kDirtyLost,
     hugeLazyfree<kWritable | ENTRY_DIRTY>, splitForgetsDirty},
    {"freeze-loses-soft-dirty", "a PMD becomes migration entries without soft-dirty",
     kSoftDirtyLost, hugeMigrates<kYoung | ENTRY_SOFT_DIRTY>, freezeLosesSoftDirty},
    {"freeze-ignores-pin", "a PMD becomes migration entries although a page is pinned",
     kExclusiveBroken,
     [] {
       Scenario s = hugeMigrates<kOwn>();
       s.pins = 1;
       return s;
     },
     freezeIgnoresPin},
    {"file-batch-marks-one", "of a batch of a file's entries, only the first leaves its marker",
     kUffdWpChanged, file<kYoung | ENTRY_UFFD_WP, kYoung | ENTRY_UFFD_WP>, fileBatchMarksOne},
    {"swap-batch-first-exclusive", "swap entries of a batch are all exclusive if the first is",
     kExclusiveBroken, swapBacked<kOwn, kYoung>, swapBatchFirstExclusive},
    {"migrate-batch-first-soft-dirty", "migration entries of a batch have the first's soft-dirty",
     kSoftDirtyLost, migrating<kYoung, kYoung | ENTRY_SOFT_DIRTY>, migrateBatchFirstSoftDirty},
};

}  // namespace

std::span<const TreeCaseMutant> treeCaseMutants() { return kMutants; }

}  // namespace ptecheck
