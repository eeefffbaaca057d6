// SPDX-License-Identifier: GPL-2.0-only
#include "report/scenario_words.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "report/numbers.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string folioInWords(const Scenario& s) {
  std::string text = s.folio_flags & FOLIO_DIRTY ? "A dirty " : "A clean ";
  if (s.folio_flags & FOLIO_FILE)
    text += s.folio_flags & FOLIO_SWAPBACKED ? "shmem folio" : "file folio";
  else
    text += s.folio_flags & FOLIO_SWAPBACKED ? "swap-backed folio" : "lazyfree folio";
  text += fmt::format(" of {}", counted(s.pages, "page", "pages"));
  std::vector<std::string> with;
  if (s.folio_flags & FOLIO_SWAPCACHE) with.emplace_back("swap slots");
  if (s.references != 0)
    with.push_back(counted(s.references, "extra reference", "extra references"));
  if (s.pins != 0) with.push_back(counted(s.pins, "pin", "pins"));
  if (!with.empty()) text += " with " + enumerate(with);
  if (s.folio_flags & FOLIO_MLOCKED) text += ", mlocked";
  if (s.folio_flags & FOLIO_HWPOISON) text += ", whose memory is broken";
  if (s.folio_flags & FOLIO_DEVICE_PRIVATE) text += ", in the memory of a device";
  if (s.folded) text += ", contiguous blocks folded";
  if (!(s.folio_flags & FOLIO_UPTODATE)) text += ", not uptodate";
  return text;
}

std::string vmaInWords(unsigned flags) {
  std::vector<std::string> words;
  if (flags & VMA_LOCKED) words.emplace_back("VM_LOCKED");
  if (flags & VMA_DROPPABLE) words.emplace_back("VM_DROPPABLE");
  if (flags & VMA_UFFD_WP) words.emplace_back("VM_UFFD_WP");
  if (flags & VMA_SHADOW_STACK) words.emplace_back("VM_SHADOW_STACK");
  if (flags & VMA_SOFTDIRTY) words.emplace_back("VM_SOFTDIRTY");
  std::string text = flags & VMA_WRITE ? "a writable" : "a read-only";
  if (flags & VMA_FILE) text += flags & VMA_SHARED ? " shared" : " private";
  if (!words.empty()) text += " " + enumerate(words);
  return text + (flags & VMA_FILE ? " VMA of a file" : " VMA");
}

std::string mappingInWords(const Scenario& s, unsigned process) {
  std::string text = fmt::format("process {} through {}{}", processName(process),
                                 s.pmd_mapped & (1U << process) ? "one PMD in " : "",
                                 vmaInWords(s.vma[process][0].flags));
  const unsigned split = s.split[process];
  if (split != 0) {
    text += split == s.pages ? ", which ends where the folio does, and "
                             : fmt::format(", which ends before page {}, and ", split);
    text += s.vma[process][1].flags == s.vma[process][0].flags
                ? "another like it"
                : vmaInWords(s.vma[process][1].flags);
    text += " behind it";
  }
  return text;
}

}  // namespace

std::string stepInWords(const Step& step, unsigned processes) {
  if (step.action == STEP_SWAPOFF) return "swapoff brings every page back";
  if (step.action == STEP_MIGRATED) return "the folio is migrated";
  if (step.action == STEP_NOT_MIGRATED) return "the folio is mapped again where it was";
  const char who = processName(step.process);
  if (step.action == STEP_FORK) return fmt::format("{} forks {}", who, processName(processes));
  if (step.action == STEP_UNREGISTER)
    return fmt::format("{}'s userfaultfd lets go of write protection", who);
  const std::string what =
      step.page == ALL_PAGES ? "every page" : fmt::format("page {}", step.page);
  return fmt::format("{} {} {}", who, step.action == STEP_WRITE ? "writes to" : "reads", what);
}

std::string scenarioInWords(const Scenario& s) {
  std::string text = folioInWords(s) + ", mapped by ";
  std::vector<std::string> mappings;
  for (unsigned process = 0; process < s.processes; ++process)
    mappings.push_back(mappingInWords(s, process));
  text += enumerate(mappings) + ".";
  if (s.table_end != 0)
    text += s.table_end == s.pages
                ? " The page table ends where the folio does."
                : fmt::format(" The page table ends before page {}.", s.table_end);
  text += s.operation == OPERATION_TRY_TO_MIGRATE ? " try_to_migrate_one()" : " try_to_unmap_one()";
  std::vector<std::string> flags;
  if (s.ttu & UNMAP_BATCH_FLUSH) flags.emplace_back("TTU_BATCH_FLUSH");
  if (s.ttu & UNMAP_IGNORE_MLOCK) flags.emplace_back("TTU_IGNORE_MLOCK");
  if (s.ttu & UNMAP_HWPOISON) flags.emplace_back("TTU_HWPOISON");
  if (!flags.empty()) text += " with " + enumerate(flags);
  if (s.remote_cpu) text += ", while another CPU may hold translations";
  text += ".";
  const std::string_view chance = s.event_at == 1 ? "the first" : "a later";
  if (s.event == EVENT_REFERENCE)
    text +=
        fmt::format(" Somebody takes a reference between clearing and counting, at {} chance{}.",
                    chance, s.event_at > 1 ? fmt::format(" (number {})", s.event_at) : "");
  if (s.event == EVENT_SWAP_DUPLICATE)
    text += fmt::format(" swap_duplicate() fails at {} call{}.", chance,
                        s.event_at > 1 ? fmt::format(" (number {})", s.event_at) : "");
  if (s.event == EVENT_ARCH_UNMAP)
    text += fmt::format(" arch_unmap_one() fails at {} call{}.", chance,
                        s.event_at > 1 ? fmt::format(" (number {})", s.event_at) : "");
  if (s.steps != 0) {
    std::vector<std::string> steps;
    unsigned processes = s.processes;
    for (unsigned i = 0; i < s.steps; ++i) {
      steps.push_back(stepInWords(s.step[i], processes));
      if (s.step[i].action == STEP_FORK) ++processes;
    }
    text += " Then " + enumerate(steps) + ".";
  }
  return text;
}

}  // namespace ptecheck
