// SPDX-License-Identifier: GPL-2.0-only
#include "report/agreement.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/entries.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/names.h"
#include "report/numbers.h"
#include "report/scenario_words.h"
#include "report/stopped.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

constexpr std::size_t kMostLines = 24;  // of entries, on each side of an example

const Agreement* firstOf(const std::vector<ArchAgreement>& agreements) {
  for (const ArchAgreement& one : agreements)
    if (one.agreement) return &*one.agreement;
  return nullptr;
}

std::string verdictText(const std::vector<ArchAgreement>& agreements) {
  switch (verdictOf(agreements)) {
    case Verdict::kGood:
      return "agree: model and tree left the same in every scenario";
    case Verdict::kBroken:
      return "DIFFER";
    default:
      return "not compared";
  }
}

// One line an architecture: how many scenarios were compared, and how many differ.
std::string comparedTable(const std::vector<ArchAgreement>& agreements) {
  const bool left_out =
      std::any_of(agreements.begin(), agreements.end(), [](const ArchAgreement& one) {
        return one.agreement && one.agreement->unsupported + one.agreement->ended != 0;
      });
  const bool huge = std::any_of(agreements.begin(), agreements.end(), [](const ArchAgreement& one) {
    return one.agreement && one.agreement->exhaustive.back() != 0;
  });
  Table table;
  for (const char* column : {"1 page", "2 pages", "4 pages"})
    if (!huge) table.addColumn(column);
  if (huge) table.addColumn("page table");
  for (const char* column : {"random", "in blocks"}) table.addColumn(column);
  if (left_out) table.addColumn("not compared");
  table.addColumn("differ");
  for (const ArchAgreement& one : agreements) {
    if (!one.agreement) continue;
    const Agreement& agreement = *one.agreement;
    std::vector<std::string> cells;
    std::uint64_t random = 0;
    for (const Part& part : agreement.parts)
      if (part.space.random) random += part.scenarios;
    // Folios of family huge are as large as a page table, and no others are compared with them.
    if (huge) cells.push_back(withSeparators(agreement.exhaustive.back()));
    for (std::size_t i = 0; !huge && i + 1 < agreement.exhaustive.size(); ++i)
      cells.push_back(withSeparators(agreement.exhaustive[i]));
    cells.push_back(withSeparators(random));
    cells.push_back(withSeparators(agreement.blocks));
    if (left_out) cells.push_back(withSeparators(agreement.unsupported + agreement.ended));
    cells.push_back(withSeparators(agreement.differing));
    table.addLine(archId(one.arch), std::move(cells));
  }
  return table.print();
}

// What one of the two left behind.
std::string leftBehind(const char* who, const Disagreement& difference, Arch arch,
                       const Outcome& outcome) {
  std::string text = fmt::format("\n  {}:\n", who);
  if (outcome.status != STATUS_DONE)
    return text + paragraph(outcome.message, "  it did not run to its end: ", 2);
  const std::vector<std::string> lines =
      entriesInLetters(arch, difference.scenario, outcome, false, kColumns - 2);
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i)
    text += "  " + lines[i] + '\n';
  if (lines.size() > kMostLines)
    text += fmt::format("  ... and {}\n", counted(lines.size() - kMostLines, "line", "lines"));
  if (outcome.message[0] != '\0') text += paragraph(outcome.message, "  Message: ", 2);
  return text;
}

std::string differenceText(Arch arch, const Disagreement& difference) {
  std::string text = heading(fmt::format("{}: {}", archId(arch), difference.what));
  text += paragraph(fmt::format("In {}.", counted(difference.scenarios, "scenario", "scenarios")));
  text += paragraph("ptecheck replay " + difference.id, "Smallest example: ", 18) + '\n';
  text += paragraph(scenarioInWords(difference.scenario), "  ", 2);
  text += leftBehind("model", difference, arch, difference.model);
  text += leftBehind("tree", difference, arch, difference.tree);
  return text + '\n' + paragraph(difference.text, "  * ", 4);
}

}  // namespace

Verdict verdictOf(const Agreement& agreement) {
  if (agreement.differing != 0) return Verdict::kBroken;
  return agreement.compared() != 0 && !agreement.stopped_of ? Verdict::kGood : Verdict::kNotChecked;
}

Verdict verdictOf(const std::vector<ArchAgreement>& agreements) {
  bool any = false;
  Verdict worst = Verdict::kGood;
  for (const ArchAgreement& one : agreements) {
    if (one.model_only) continue;
    any = true;
    worst = worse(worst, one.agreement ? verdictOf(*one.agreement) : Verdict::kNotChecked);
  }
  return any ? worst : Verdict::kNotChecked;
}

std::string agreementText(const std::vector<ArchAgreement>& agreements,
                          const ReportOptions& options) {
  std::string text = labelled("verdict", verdictText(agreements));
  text += labelled("ptecheck", options.version);
  std::vector<NamedThing> not_compared, features;
  for (const ArchAgreement& one : agreements) {
    if (!one.agreement)
      not_compared.push_back({archId(one.arch), one.why_not});
    else
      features.push_back({archId(one.arch), one.agreement->features.empty()
                                                ? "none: its extensions read as absent"
                                                : one.agreement->features});
  }
  const Agreement* const first = firstOf(agreements);
  if (first == nullptr) return text + '\n' + nameList(not_compared);
  text += labelled("tree", first->subject);
  text += labelled("model", "policy " + first->policy);
  std::uint64_t compared = 0, of = 0;
  bool stopped = false;
  for (const ArchAgreement& one : agreements) {
    if (!one.agreement) continue;
    compared += one.agreement->compared();
    of += one.agreement->stopped_of.value_or(one.agreement->compared());
    stopped = stopped || one.agreement->stopped_of;
  }
  if (stopped) text += stoppedLine(compared, of);
  text += partsText(first->parts, options.share, false);
  text += heading("Features of the processor that entries depend on");
  text += nameList(features);

  text += heading("Scenarios that were compared");
  text += comparedTable(agreements) + '\n';
  text += paragraph(
      "Entries are compared as raw words, before and after, of the folio and of its neighbours; "
      "and swap counts, rss, mapcount, refcount, folio flags, TLB flushes, warnings. Entries, "
      "PageAnonExclusive, rss, mapcount and what processes read are compared after the steps, too, "
      "unless they fork or fault. In blocks: with contiguous entries, which the tree's own code "
      "folded.");
  if (!not_compared.empty()) text += heading("Not compared") + nameList(not_compared);
  for (const ArchAgreement& one : agreements)
    if (one.agreement && one.agreement->unsupported != 0)
      text += '\n' + paragraph(fmt::format("Scenarios that this tree cannot express on {}: {}",
                                           archId(one.arch), one.agreement->unsupported_reason));
  for (const ArchAgreement& one : agreements)
    if (one.agreement && one.agreement->ended != 0)
      text +=
          '\n' + paragraph(fmt::format(
                     "{} ended by the tree's own checks on {}, as it migrates entries of devices "
                     "as if they were present (mended in 6.15). The first: {}",
                     counted(one.agreement->ended, "scenario was", "scenarios were"),
                     archId(one.arch), one.agreement->ended_reason));

  bool letters = false;
  for (const ArchAgreement& one : agreements) {
    if (!one.agreement) continue;
    for (const Disagreement& difference : one.agreement->differences) {
      text += differenceText(one.arch, difference);
      letters = true;
    }
  }
  if (letters)
    text += '\n' + std::string(kLettersLegend) + '\n' +
            paragraph(
                "`ptecheck replay ID` runs an example on the model, with --kernel TREE on "
                "the tree.");
  return text;
}

}  // namespace ptecheck
