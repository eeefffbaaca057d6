// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>

#include "report/compare.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/scenario_words.h"

namespace ptecheck {

namespace {

std::string setText(const BackportResult& result, const ChangeSet& set) {
  std::string text;
  for (std::size_t i : set) append(text, result.changes[i].words, " + ");
  return text.empty() ? "nothing changed" : text;
}

std::string sizeText(const BackportResult& result, const ChangeSet& set) {
  const auto bits = static_cast<std::uint64_t>(std::count_if(
      set.begin(), set.end(), [&](std::size_t i) { return result.changes[i].isBit(); }));
  const std::uint64_t paths = set.size() - bits;
  if (set.empty()) return "nothing has to be changed";
  if (paths == 0) return counted(bits, "bit", "bits");
  const std::string path_text = counted(paths, "code path", "code paths");
  return bits == 0 ? path_text : counted(bits, "bit", "bits") + " and " + path_text;
}

std::string priceText(const Row& row) {
  const Price& price = row.price;
  std::string text = ratio(price.batched_entries, price.batches) + " entries a batch";
  text += fmt::format("; of a million scenarios {} write faults and {} soft-dirty pages too many",
                      withSeparators(perMillion(price.extra_faults, price.scenarios)),
                      withSeparators(perMillion(price.spurious_soft_dirty, price.scenarios)));
  return text + fmt::format(", {} TLB flushes",
                            withSeparators(perMillion(price.flushed, price.scenarios)));
}

std::string answersText(const BackportResult& result) {
  if (result.answers.empty())
    return paragraph(fmt::format("No set of up to {} is enough.",
                                 counted(result.most_changes, "change", "changes")));
  std::string text;
  for (std::size_t i = 0; i < result.answers.size(); ++i) {
    const BackportAnswer& answer = result.answers[i];
    const std::string number = fmt::format("{}. ", i + 1);
    text += paragraph(
        fmt::format("{} ({})", setText(result, answer.changes), sizeText(result, answer.changes)),
        number, number.size());
    const std::string indent(number.size(), ' ');
    if (!answer.on_shadow_stacks)
      text += paragraph("Not on shadow stacks: there it breaks " + ruleList(answer.row.broken),
                        indent, number.size());
    text += paragraph(priceText(answer.row), indent, number.size());
  }
  return text;
}

// Is the set a part of an answer, or no larger than the smallest?
bool worthSaying(const BackportResult& result, const ChangeSet& set) {
  if (result.answers.empty()) return set.size() <= 1;
  if (set.size() < result.answers.front().changes.size()) return true;
  return std::any_of(
      result.answers.begin(), result.answers.end(), [&](const BackportAnswer& answer) {
        return std::includes(answer.changes.begin(), answer.changes.end(), set.begin(), set.end());
      });
}

std::string killedText(const BackportResult& result) {
  std::string text;
  for (std::size_t example = 0; example < result.examples.size(); ++example) {
    std::string sets;
    const KilledSet* first = nullptr;
    for (const KilledSet& killed : result.killed) {
      if (killed.kill.example != example || !worthSaying(result, killed.changes)) continue;
      if (first == nullptr) first = &killed;
      sets += paragraph(setText(result, killed.changes), "  * ", 4);
    }
    if (first == nullptr) continue;
    if (!text.empty()) text += '\n';
    text += paragraph(scenarioInWords(result.examples[example]));
    text += paragraph(first->kill.id, "  ", 4);
    text += paragraph(fmt::format("{}: {}", ruleInfo(first->kill.rule).name, first->kill.text),
                      "  ", 4);
    text += sets;
  }
  return text;
}

// The first that is made of bits alone, and holds on shadow stacks or not.
const BackportAnswer* answerOfBits(const BackportResult& result, bool on_shadow_stacks) {
  const auto found =
      std::find_if(result.answers.begin(), result.answers.end(), [&](const BackportAnswer& answer) {
        return answer.on_shadow_stacks == on_shadow_stacks &&
               std::all_of(answer.changes.begin(), answer.changes.end(),
                           [&](std::size_t i) { return result.changes[i].isBit(); });
      });
  return found == result.answers.end() ? nullptr : &*found;
}

std::string withSize(const BackportResult& result, const BackportAnswer& answer) {
  return fmt::format("{} ({})", setText(result, answer.changes), sizeText(result, answer.changes));
}

std::string oneArch(const BackportResult& result, bool strict) {
  std::string text = labelled("entries", archName(result.arch));
  text += partsText(result.parts, Share{}, true);
  const std::uint64_t single = result.changes.size();
  text +=
      labelled("tried", fmt::format("{} of up to {}, from {}", counted(result.tried, "set", "sets"),
                                    counted(result.most_changes, "change", "changes"),
                                    counted(single, "single one", "single ones")));
  text += labelled("as it is", result.base_row.broken == 0
                                   ? std::string("breaks no rule")
                                   : "breaks " + ruleList(result.base_row.broken));
  text += paragraph(priceText(result.base_row), std::string(kLabel, ' '), kLabel);
  text += heading("Enough, and nothing in it can be left out");
  text += answersText(result);
  if (const std::string killed = killedText(result); !killed.empty()) {
    text += heading("Not enough, and what shows it");
    text += killed;
  }
  text += heading("In a sentence");
  return text + paragraph(backportSentence(result, strict), "", 2);
}

}  // namespace

std::string backportSentence(const BackportResult& result, bool strict) {
  const std::string good = strict ? "breaks no rule" : "breaks no rule above cost";
  const std::string& name = result.base_row.name;
  const auto holds = [](const BackportAnswer& answer) { return answer.on_shadow_stacks; };
  const auto first = std::find_if(result.answers.begin(), result.answers.end(), holds);
  const BackportAnswer* const elsewhere = answerOfBits(result, false);
  if (first == result.answers.end()) {
    std::string text =
        fmt::format("{}: no set of up to {} is enough, each breaks a rule{}", name,
                    counted(result.most_changes, "change", "changes"), strict ? "" : " above cost");
    if (!result.answers.empty())
      text += ", but for shadow stacks " + withSize(result, result.answers.front());
    return text + ".";
  }
  if (first->changes.empty())
    return fmt::format("{}: nothing has to be changed, it {}.", name, good);
  std::string text =
      fmt::format("{}: the smallest change that {} is {}", name, good, withSize(result, *first));
  const BackportAnswer* const bits = answerOfBits(result, true);
  if (bits != nullptr && bits != &*first)
    text += "; of bits alone it is " + withSize(result, *bits);
  if (elsewhere != nullptr && bits == nullptr)
    text += "; of bits alone it is, but for shadow stacks, " + withSize(result, *elsewhere);
  else if (elsewhere != nullptr)
    text += ", or but for shadow stacks " + withSize(result, *elsewhere);
  return text + ".";
}

std::string backportText(const std::vector<BackportResult>& results, const ReportOptions& options) {
  std::string text = labelled("ptecheck", options.version);
  text += labelled("policy", results.front().base_row.name);
  if (options.rules != kAllRules) text += labelled("rules", "only " + ruleList(options.rules));
  for (const BackportResult& result : results) {
    text += oneArch(result, options.strict);
    if (&result != &results.back()) text += '\n';
  }
  return text;
}

}  // namespace ptecheck
