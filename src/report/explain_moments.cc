// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_moments.h"

#include <fmt/format.h>

#include "report/numbers.h"
#include "report/scenario_words.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

std::string pagesOf(unsigned page, unsigned count) {
  return count == 1 ? fmt::format("page {}", page)
                    : fmt::format("pages {}-{}", page, page + count - 1);
}

// "swap entry": "swap entries".
std::string entries(const std::string& form) { return form.substr(0, form.size() - 1) + "ies"; }

const char* operationName(const Scenario& s) {
  return s.operation == OPERATION_TRY_TO_MIGRATE ? "try_to_migrate_one" : "try_to_unmap_one";
}

std::string putBack(const Moment& m, const Tale& tale) {
  std::string text = "it is put back";
  if (m.count > 1)
    text = "they are put back " + tale.put_back;
  else if (tale.put_back.starts_with("as write-protected"))
    text += " write-protected";
  return text;
}

void describeMoment(const Moment& m, const Scenario& s, const Tale& tale, StoryStep& step) {
  const std::string pages = pagesOf(m.page, m.count);
  const bool several = m.count > 1;
  const std::string operation = operationName(s);
  const std::string set = operation + (several ? ", set_ptes" : ", set_pte_at");
  step.who = std::string(1, processName(m.process));
  step.function = operation;
  switch (m.kind) {
    case Moment::kTaken:
      step.text = several ? pages + " are taken out of the table as one batch"
                          : pages + " is taken out of the table";
      step.function += several ? ", folio_pte_batch, get_and_clear_ptes" : ", ptep_get_and_clear";
      return;
    case Moment::kLocked:
      step.text = pages + " lies in a VM_LOCKED VMA: left alone, and that is the end";
      return;
    case Moment::kDropped:
      step.text = s.folio_flags & FOLIO_FILE
                      ? pages + " stays in the page cache; the mapping is gone"
                      : pages + ": clean, and held by nobody else; dropped";
      step.function += ", folio_remove_rmap_ptes";
      return;
    case Moment::kUnused:
      step.text = pages + " is no more used by a guest: dropped";
      return;
    case Moment::kPoisoned:
      step.text = pages + ": its memory is broken, and a hwpoison entry says so";
      step.function = set;
      return;
    case Moment::kSwapped:
      step.text =
          pages + (several ? ": swap entries take their places" : ": a swap entry takes its place");
      step.function = set;
      return;
    case Moment::kMigrated:
      step.text = pages + (several ? ": migration entries take their places"
                                   : ": a migration entry takes its place");
      step.function = set;
      return;
    case Moment::kBackDirty:
      step.text = pages + ": the folio is dirty and cannot be dropped; " + putBack(m, tale);
      break;
    case Moment::kBackHeld:
      step.text = pages + ": somebody else holds the folio; " + putBack(m, tale);
      break;
    case Moment::kBackMismatch:
      step.text = pages + ": swap backing and swap cache disagree; a warning, and the end";
      break;
    case Moment::kBackSwapDuplicate:
      step.text = pages + ": swap_duplicate() fails; " + putBack(m, tale);
      break;
    case Moment::kBackArchUnmap:
      step.text = pages + ": arch_unmap_one() fails; " + putBack(m, tale);
      break;
    case Moment::kBackPinned:
      step.text = pages + ": exclusive, and perhaps pinned; " + putBack(m, tale);
      break;
  }
  step.function = set;
}

// What has become of the entries is read off them: of the tree nothing else is known.
void describeStores(const TaleFrame& frame, const std::string& before, const std::string& after,
                    StoryStep& step) {
  const TreeStores& stores = frame.stores;
  const bool several = stores.count > 1;
  const std::string pages = pagesOf(stores.page, stores.count);
  const std::string form = formOf(after);
  step.who = std::string(1, processName(stores.process));
  step.place = stores.place;
  step.function = stores.function;
  if (after == before)
    step.text = "the " + std::string(several ? "entries" : "entry") + " of " + pages +
                (several ? " are" : " is") + " written, and nothing changes";
  else if (after == "-")
    step.text = pages + (several ? " are" : " is") + " taken out of the table";
  else if (!form.empty())
    step.text = pages + (several ? ": " + entries(form) + " take their places"
                                 : ": a " + form + " takes its place");
  else if (before == "-")
    step.text = pages + (several ? " are" : " is") + " put into the table";
  else
    step.text = "the " + std::string(several ? "entries" : "entry") + " of " + pages +
                (several ? " are" : " is") + " changed";
}

const char* functionOf(unsigned action) {
  switch (action) {
    case STEP_FORK:
      return "copy_page_range";
    case STEP_SWAPOFF:
      return "unuse_pte";
    case STEP_MIGRATED:
    case STEP_NOT_MIGRATED:
      return "remove_migration_pte";
    case STEP_UNREGISTER:
      return "userfaultfd_release, change_protection";
    default:
      return "";
  }
}

void describeStep(const TaleFrame& frame, const TaleFrame* before, const Scenario& s,
                  StoryStep& step) {
  const Step& done = s.step[frame.step];
  step.text = stepInWords(done, before == nullptr ? s.processes : before->processes);
  step.function = functionOf(done.action);
  if (done.action != STEP_READ && done.action != STEP_WRITE) return;
  const unsigned faults = frame.faults - (before == nullptr ? 0 : before->faults);
  if (faults == 0) {
    step.text += ", without a fault";
    return;
  }
  step.text += fmt::format(", {}", counted(faults, "fault", "faults"));
  step.function = "handle_pte_fault";
}

}  // namespace

std::string folioState(unsigned folio_flags) {
  std::string text = folio_flags & FOLIO_DIRTY ? "dirty" : "clean";
  if (folio_flags & FOLIO_FILE)
    text += folio_flags & FOLIO_SWAPBACKED ? ", shmem" : ", of a file";
  else
    text += folio_flags & FOLIO_SWAPBACKED ? ", swap-backed" : ", lazyfree";
  if (folio_flags & FOLIO_MLOCKED) text += ", mlocked";
  return text;
}

StoryStep frameInWords(const TaleFrame& frame, const TaleFrame* before, const Scenario& scenario,
                       const Tale& tale, const CellInLetters& cell) {
  StoryStep step;
  switch (frame.kind) {
    case TaleFrame::kStart:
      step.text = "As it begins";
      break;
    case TaleFrame::kMoment:
      describeMoment(frame.moment, scenario, tale, step);
      break;
    case TaleFrame::kStores:
      describeStores(frame, cell(*before, frame.stores.process, frame.stores.page),
                     cell(frame, frame.stores.process, frame.stores.page), step);
      break;
    case TaleFrame::kOperation:
      step.text = std::string(operationName(scenario)) + "() is done";
      step.function = operationName(scenario);
      break;
    case TaleFrame::kStep:
      describeStep(frame, before, scenario, step);
      break;
    case TaleFrame::kSteps:
      step.text = "All that follows is done";
      break;
  }
  return step;
}

}  // namespace ptecheck
