// SPDX-License-Identifier: GPL-2.0-only
//
// What may follow an operation, and in which order: what a migration leaves behind makes everybody
// wait who touches it (do_swap_page(): migration_entry_wait()), so that it has to end first.
#include "scenario/legal_parts.h"

namespace ptecheck::legal_detail {

namespace {

bool ofEverybody(const Step& step) {
  return step.action >= STEP_SWAPOFF && step.action <= STEP_NOT_MIGRATED;
}

// Steps that are about the whole folio.
std::string checkWholeStep(const Scenario& s, const Step& step, bool migrating) {
  if (step.process != 0 || step.page != ALL_PAGES)  // format
    return "it is about all processes and pages, and names none";
  if (step.action == STEP_SWAPOFF) {
    if (!(s.folio_flags & FOLIO_SWAPCACHE))
      return "swapoff, but the folio has no swap slots";  // try_to_unuse() would not meet it
    // unuse_pte() waits for the folio lock, which migrate_pages() holds.
    if (migrating) return "swapoff of a folio that is still locked for migration";
    // unuse_pte() makes a hwpoison entry of it: nothing comes back (format).
    if (s.folio_flags & FOLIO_HWPOISON) return "swapoff of a folio whose memory is broken";
    return "";
  }
  // remove_migration_ptes() is called by whoever called try_to_migrate(), once.
  if (s.operation != OPERATION_TRY_TO_MIGRATE)
    return "nothing was migrated: the operation is not try_to_migrate";
  if (!migrating) return "the migration has ended already";
  if (step.action == STEP_NOT_MIGRATED) return "";
  // folio_migrate_mapping(): the reference count must be the expected one.
  if (s.references != 0 || s.pins != 0)
    return "a folio with extra references or pins is not migrated";
  // migrate_folio_unmap(): folio_mapped() is still true.
  if (s.event == EVENT_ARCH_UNMAP) return "a folio that is still mapped is not migrated";
  // migrate_folio(): folio_mc_copy() fails.
  if (s.folio_flags & FOLIO_HWPOISON) return "a folio whose memory is broken is not migrated";
  return "";
}

// userfaultfd_unregister(), UFFDIO_REGISTER without write protection
std::string checkUnregister(const Scenario& s, const Step& step) {
  if (step.page != ALL_PAGES) return "it is about all pages, and names none";  // format
  // vma_wants_writenotify(): whether shared entries become writable then is up to the file system;
  // userfaultfd of what a device holds is not followed (format).
  if (s.folio_flags & (FOLIO_FILE | FOLIO_DEVICE_PRIVATE))
    return "unregistering is followed for anonymous folios in memory only";
  // dup_userfaultfd(): no child is registered. Else there is nothing to let go of (format).
  const VmaSpec* vma = s.vma[step.process];
  const bool two = s.split[step.process] != 0 && s.split[step.process] < s.pages;
  if (step.process >= s.processes || !((vma[0].flags | (two ? vma[1].flags : 0)) & VMA_UFFD_WP))
    return nameOf(step.process) + " has no VMA that is registered for userfaultfd";
  return "";
}

// Reading, writing, forking.
std::string checkProcessStep(const Scenario& s, const Step& step, unsigned processes,
                             const unsigned* ancestor, bool migrating) {
  if (step.process >= processes) return "there is no process " + nameOf(step.process) + " yet";
  if (step.action == STEP_UNREGISTER) return checkUnregister(s, step);
  if (step.action == STEP_FORK) {
    if (processes == MAX_PROCESSES) return "no more than 4 processes";  // format
    // vma_needs_copy(): a child of a shared mapping faults its pages in (format: not followed).
    if (s.folio_flags & FOLIO_FILE) return "of a file's folio, a child inherits nothing";
    return "";
  }
  if (step.page != ALL_PAGES && step.page >= s.pages)
    return "the folio has no page " + std::to_string(step.page);
  if (migrating) return "whoever touches a migrating page waits for the migration to end";
  // do_swap_page(): the driver's migrate_to_ram() brings the page back (format: there is none).
  if (s.folio_flags & FOLIO_DEVICE_PRIVATE) return "touches a page in device memory";
  if (step.action != STEP_WRITE) return "";
  // do_shared_fault() and do_cow_fault() (format: a file system is not modelled)
  if (s.folio_flags & FOLIO_FILE) return "writes to a file's folio";
  for (unsigned page = 0; page < s.pages; ++page) {
    // do_user_addr_fault(): SIGSEGV
    if ((step.page == ALL_PAGES || step.page == page) &&
        !(vmaFlags(s, ancestor[step.process], page) & VMA_WRITE)) {
      return nameOf(step.process) + " writes page " + std::to_string(page) +
             ", but its VMA is read-only";
    }
  }
  return "";
}

}  // namespace

std::string checkSteps(const Scenario& s) {
  if (s.steps > MAX_STEPS)
    return "at most " + std::to_string(MAX_STEPS) + " steps can follow";  // format
  unsigned processes = s.processes;
  unsigned ancestor[MAX_PROCESSES] = {0, 1, 2, 3};  // whose VMAs a forked process has
  bool migrating = s.operation == OPERATION_TRY_TO_MIGRATE;
  for (unsigned i = 0; i < s.steps; ++i) {
    const Step step = s.step[i];
    const std::string where = "step " + std::to_string(i + 1) + ": ";
    if (step.action > STEP_UNREGISTER)
      return where + "unknown action " + std::to_string(step.action);
    const std::string why = ofEverybody(step)
                                ? checkWholeStep(s, step, migrating)
                                : checkProcessStep(s, step, processes, ancestor, migrating);
    if (!why.empty()) return where + why;
    if (step.action == STEP_FORK) ancestor[processes++] = ancestor[step.process];
    if (step.action == STEP_MIGRATED || step.action == STEP_NOT_MIGRATED) migrating = false;
  }
  return "";
}

}  // namespace ptecheck::legal_detail
