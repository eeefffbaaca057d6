// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>

#include "check/synth_words.h"
#include "pte/architectures.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/synth.h"
#include "spec/rules.h"

namespace ptecheck {

namespace {

// So many for each thousand entries, with one decimal.
std::string perThousand(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}",
                                  1000.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string priceText(const SynthPrice& price) {
  std::string text = ratio(price.entries, price.batches) + " entries a batch";
  if (price.extra_faults != 0)
    text += fmt::format("; {} of 1,000 fault needlessly",
                        perThousand(price.extra_faults, price.entries));
  if (price.spurious_soft_dirty != 0)
    text += fmt::format("; {} of 1,000 become soft-dirty unwritten",
                        perThousand(price.spurious_soft_dirty, price.entries));
  if (price.remembers) text += "; every entry is remembered";
  return text;
}

std::string weakerText(const FrontierPoint& point) {
  std::string text;
  for (const WeakerNeighbour& weaker : point.weaker) {
    const std::string differs = whatDiffers(point.batching, weaker.batching);
    if (weaker.killed_by)
      text += fmt::format("    {:<24} {}\n      {}\n", differs,
                          ruleInfo(weaker.killed_by->rule).name, weaker.killed_by->id);
    else
      text +=
          fmt::format("    {:<24} correct, and no better: {}\n", differs, priceText(weaker.price));
  }
  return text;
}

std::string pointText(const SynthResult& result, const FrontierPoint& point, std::size_t number) {
  const BatchingWords words = wordsOf(result.options.which, point.batching);
  std::string text = fmt::format("\n{}. {}\n", number, words.policy);
  text += paragraph("respects " + words.respected, "   ", 5);
  text += paragraph(
      fmt::format("merges by or {}, by and {}; takes the first entry's {}; restores {}",
                  words.merged_by_or, words.merged_by_and, words.taken_from_first, words.restore),
      "   ", 5);
  text += paragraph(priceText(point.price), "   ", 5);
  if (point.others != 0)
    text += paragraph(
        counted(point.others, "class that asks for more comes", "classes that ask for more come") +
            " to the same",
        "   ", 5);
  text += point.weaker.empty() ? "   nothing is weaker\n" : "   weaker, and why not:\n";
  return text + weakerText(point);
}

std::string resultText(const SynthResult& result) {
  const SynthOptions& options = result.options;
  std::string text =
      heading(fmt::format("{}, {}{}", wordsOf(options.which, {}).case_name, archName(options.arch),
                          options.shadow_stacks ? "" : ", without shadow stacks"));
  text += paragraph(fmt::format(
      "{} batchings in {} classes, {} scenarios: {} classes break nothing. What is shown held in "
      "{} scenarios.",
      withSeparators(result.batchings), withSeparators(result.classes),
      withSeparators(result.scenarios), withSeparators(result.correct),
      withSeparators(std::max(result.confirmed_on, result.scenarios))));
  for (std::size_t i = 0; i < result.frontier.size(); ++i)
    text += pointText(result, result.frontier[i], i + 1);
  return text;
}

}  // namespace

std::string synthText(const std::vector<SynthResult>& results, const std::string& version) {
  std::string text = labelled("ptecheck", version);
  for (const SynthResult& result : results) text += resultText(result);
  return text;
}

std::string synthMarkdown(const std::vector<SynthResult>& results) {
  // Everything but the architecture, which equal lines share.
  Groups<std::string, std::string> lines;
  for (const SynthResult& result : results)
    for (const FrontierPoint& point : result.frontier) {
      const std::string cost = point.price.cost() == 0 ? "nothing" : [&] {
        std::string list;
        if (point.price.extra_faults != 0) append(list, "write faults");
        if (point.price.spurious_soft_dirty != 0) append(list, "spurious soft-dirty");
        return list;
      }();
      const BatchingWords words = wordsOf(result.options.which, point.batching);
      lines.add(fmt::format("| {} | {{}} | {} | {} | {} | {} | {} | {} |", words.case_name,
                            words.respected, words.merged_by_or, words.merged_by_and, words.restore,
                            ratio(point.price.entries, point.price.batches), cost),
                archId(result.options.arch));
    }
  std::string text =
      "| case | architectures | respects | merges by or | merges by and | restores | entries a "
      "batch | costs |\n|---|---|---|---|---|---|---|---|\n";
  for (const auto& [line, archs] : lines)
    text += fmt::format(fmt::runtime(line), fmt::join(archs, ", ")) + "\n";
  return text;
}

}  // namespace ptecheck
