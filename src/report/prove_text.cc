// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "prove/choose_lemmas.h"
#include "prove/counterexample.h"
#include "report/arch_verdicts.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/prove_failures.h"
#include "report/prove_report.h"
#include "report/prove_verdict.h"

namespace ptecheck {

namespace {

constexpr std::size_t kLabel = 13;

std::string labelled(std::string label, const std::string& text) {
  label += ':';
  label.resize(kLabel, ' ');
  return paragraph(text, label, kLabel);
}

// What a lemma is about, for the columns of the first table.
enum Family { kDoes, kKeeps, kInvariant, kFresh, kHardware, kProgress, kBatches, kSwap, kFamilies };
constexpr std::array<const char*, kFamilies> kFamilyHeadings = {
    "does", "keeps", "invariant", "fresh", "hardware", "progress", "batches", "swap"};

Family familyOf(const std::string& lemma) {
  const std::string group = groupOf(lemma);
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  if (has(lemma, "/well-formed")) return kInvariant;
  if (group.starts_with("batch") || group.starts_with("advance")) return kBatches;
  if (group.starts_with("fresh")) return kFresh;
  if (group == "hardware") return kHardware;
  if (group == "progress") return kProgress;
  if (group.starts_with("swp_")) return kSwap;
  if (has(group, "-does")) return kDoes;
  if (has(group, "-keeps")) return kKeeps;
  return kSwap;
}

struct Count {
  std::size_t all_values = 0, well_formed = 0, fails = 0, unknown = 0, not_applicable = 0;

  std::size_t holds() const { return all_values + well_formed; }
  std::size_t applies() const { return holds() + fails + unknown; }
  void add(const LemmaResult& result) {
    switch (result.verdict) {
      case ProofVerdict::kHolds:
        ++(result.reach == ProofReach::kAllValues ? all_values : well_formed);
        break;
      case ProofVerdict::kFails:
        ++fails;
        break;
      case ProofVerdict::kUnknown:
        ++unknown;
        break;
      case ProofVerdict::kNotApplicable:
        ++not_applicable;
    }
  }
};

std::string number(std::size_t count) { return count == 0 ? "." : std::to_string(count); }

// "24", or "22/24" if only 22 of them hold.
std::string cell(const Count& count) {
  if (count.holds() == count.applies()) return number(count.applies());
  return fmt::format("{}/{}", count.holds(), count.applies());
}

std::string familyTable(const ProveResults& results) {
  Table table;
  for (const char* heading : kFamilyHeadings) table.addColumn(heading);
  for (const FormatProof& proof : results.formats) {
    std::array<Count, kFamilies> counts;
    for (const LemmaResult& result : proof.lemmas) counts[familyOf(result.lemma)].add(result);
    std::vector<std::string> cells;
    for (const Count& count : counts) cells.push_back(cell(count));
    table.addLine(archId(proof.arch), std::move(cells));
  }
  return table.print();
}

std::string reachTable(const ProveResults& results) {
  std::vector<Count> counts;
  bool undecided = false;
  for (const FormatProof& proof : results.formats) {
    Count& count = counts.emplace_back();
    for (const LemmaResult& result : proof.lemmas) count.add(result);
    undecided = undecided || count.unknown != 0;
  }
  Table table;
  table.addColumn("hold for all values");
  table.addColumn("hold for well-formed entries");
  table.addColumn("fail");
  if (undecided) table.addColumn("undecided");
  table.addColumn("do not apply");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Count& count = counts[i];
    std::vector<std::string> cells = {number(count.all_values), number(count.well_formed),
                                      number(count.fails)};
    if (undecided) cells.push_back(number(count.unknown));
    cells.push_back(number(count.not_applicable));
    table.addLine(archId(results.formats[i].arch), std::move(cells));
  }
  return table.print();
}

std::string standings(const ProveResults& results) {
  std::map<Standing, std::size_t> counts;
  for (const FormatProof& proof : results.formats)
    for (const LemmaResult& result : proof.lemmas)
      if (result.verdict == ProofVerdict::kFails) ++counts[standingOf(proof.arch, result)];
  std::string text;
  for (const auto& [standing, count] : counts)
    append(text, standing == Standing::kUnexplained ? fmt::format("{} UNEXPLAINED", count)
                 : standing == Standing::kCandidate
                     ? counted(count, "candidate", "candidates")
                     : fmt::format("{} known to be harmless", count));
  return text;
}

// The lemmas that make the verdict what it is.
std::string verdictText(const ProveResults& results, bool strict) {
  const Verdict verdict = verdictOf(results, strict);
  if (verdict == Verdict::kGood) return "good";
  if (verdict == Verdict::kAtACost)
    return "at a cost: what fails is harmless, or costs time or space";
  Groups<std::string, std::string> lemmas;
  bool candidates = verdict == Verdict::kBroken;
  for (const FormatProof& proof : results.formats)
    for (const LemmaResult& result : proof.lemmas) {
      if (verdictOf(proof.arch, result, strict) != verdict) continue;
      lemmas.add(archId(proof.arch), result.lemma);
      candidates = candidates && standingOf(proof.arch, result) == Standing::kCandidate;
    }
  std::string text;
  for (const auto& [arch, names] : lemmas)
    append(text, fmt::format("{} on {}", fmt::join(names, ", "), arch), "; ");
  return fmt::format("{}: {}", candidates ? "candidate" : verdictWord(verdict), text);
}

std::string headText(const ProveResults& results, const ProveReportOptions& options) {
  Count sum;
  for (const FormatProof& proof : results.formats)
    for (const LemmaResult& result : proof.lemmas) sum.add(result);
  const std::size_t formats = results.formats.size();
  std::string text = labelled("ptecheck", options.version);
  text +=
      labelled("subject", formats == 1 ? fmt::format("the entry format of {} in the built-in model",
                                                     archName(results.formats[0].arch))
                                       : fmt::format("the entry formats of {} architectures in the "
                                                     "built-in model",
                                                     formats));
  const std::size_t lemmas = results.formats[0].lemmas.size();
  text +=
      labelled("lemmas", lemmas == 1 ? "1, about all 2^64 values of an entry"
                                     : fmt::format("{}, each about all 2^64 values of an entry, "
                                                   "or 2^128 of two",
                                                   lemmas));
  text += labelled("hold", withSeparators(sum.holds()) +
                               (sum.well_formed == 0 ? ""
                                                     : fmt::format(", of these {} for well-formed "
                                                                   "entries only",
                                                                   sum.well_formed)));
  if (sum.unknown != 0) text += labelled("undecided", withSeparators(sum.unknown));
  text += labelled("fail",
                   sum.fails == 0 ? "none" : fmt::format("{}: {}", sum.fails, standings(results)));
  const auto refuted = static_cast<std::size_t>(
      std::count_if(results.history.begin(), results.history.end(),
                    [](const HistoryProof& past) { return !past.refuted_by.empty(); }));
  if (!results.history.empty())
    text += labelled("history", fmt::format("{} of {} formats of the past refuted", refuted,
                                            results.history.size()));
  return text + labelled("verdict", verdictText(results, options.strict));
}

// Where one lemma holds, and how far; `place` is its place in each format's list.
std::string lemmaText(const ProveResults& results, std::size_t place) {
  Groups<std::string, Arch> verdicts;
  for (const FormatProof& proof : results.formats) {
    const LemmaResult& result = proof.lemmas[place];
    switch (result.verdict) {
      case ProofVerdict::kHolds:
        verdicts.add(result.reach == ProofReach::kAllValues ? "holds for all values"
                                                            : "holds for well-formed entries",
                     proof.arch);
        break;
      case ProofVerdict::kFails:
        verdicts.add("FAILS", proof.arch);
        break;
      case ProofVerdict::kUnknown:
        verdicts.add("undecided", proof.arch);
        break;
      case ProofVerdict::kNotApplicable:
        verdicts.add("does not apply", proof.arch);
    }
  }
  const LemmaResult& lemma = results.formats[0].lemmas[place];
  std::string text = lemma.lemma + '\n' + paragraph(lemma.says + '.', "  ", 2);
  for (const auto& [verdict, archs] : verdicts)
    text += paragraph(archs.size() > 1 && archs.size() == results.formats.size()
                          ? verdict + " on all architectures"
                          : fmt::format("{}: {}", verdict, archNames(archs)),
                      "  ", 4);
  return text;
}

std::string eachLemma(const ProveResults& results) {
  std::string text = heading("Each lemma");
  for (std::size_t place = 0; place < results.formats[0].lemmas.size(); ++place)
    text += lemmaText(results, place);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

// One line each: what it is, and which lemma refutes it.
std::string historyTable(const ProveResults& results) {
  std::size_t ids = 0, kernels = 0;
  for (const HistoryProof& past : results.history) {
    ids = std::max(ids, past.id.size() + 2);
    kernels = std::max(kernels, past.kernels.size() + 2);
  }
  std::string text;
  for (const HistoryProof& past : results.history) {
    const LemmaResult* const best = bestRefutation(past);
    text += paragraph(best == nullptr ? "not refuted by these lemmas" : best->lemma,
                      padded(past.id, ids) + padded(past.kernels, kernels), ids + kernels);
  }
  return text;
}

// Those that these lemmas refute, with entries; the others by name.
std::string historyExamples(const ProveResults& results) {
  std::string text;
  std::vector<std::string> others;
  for (const HistoryProof& past : results.history) {
    const LemmaResult* const best = bestRefutation(past);
    if (best == nullptr) {
      others.push_back(past.id);
      continue;
    }
    append(text,
           paragraph(fmt::format("{}: {}() of kernels {}, repaired by {}", past.id, past.helper,
                                 past.kernels, past.commit),
                     "* ", 2),
           "\n");
    text += paragraph(fmt::format("{}: {}", best->lemma, best->says), "  ", 4);
    text += paragraph(past.refuted_by.size() == 1
                          ? "False for"
                          : fmt::format("False, with {} more, for", past.refuted_by.size() - 1),
                      "  ", 2);
    text += wordsText(pastFormat(past.id), *best, 4);
  }
  if (!others.empty())
    append(text,
           paragraph(fmt::format("Not refuted by these lemmas: {}.", fmt::join(others, ", "))),
           "\n");
  return text;
}

std::string historyText(const ProveResults& results, const ProveReportOptions& options) {
  std::string text = heading("Formats of the past, and a lemma that refutes each");
  if (options.history_examples) return text + historyExamples(results);
  return text + historyTable(results) + '\n' +
         paragraph(
             "Kernels that had them stand in the middle. With entries, and the commits that "
             "repaired them: ptecheck prove --history");
}

}  // namespace

const LemmaResult* bestRefutation(const HistoryProof& past) {
  const LemmaResult* best = nullptr;
  for (const LemmaResult& result : past.refuted_by) {
    if (result.says == past.broke) return &result;
    if (best == nullptr ||
        (best->severity == Severity::kCost && result.severity == Severity::kBroken))
      best = &result;
  }
  return best;
}

std::string proveText(const ProveResults& results, const ProveReportOptions& options) {
  std::string text = headText(results, options);
  if (options.all_lemmas) {
    text += heading("How many lemmas hold, by what they are about");
    text += familyTable(results) + '\n';
    text += paragraph(
        "22/24: of 24 that apply, 22 hold. Does: a helper does what it is for. Keeps: it changes "
        "nothing else. Invariant: entries stay well-formed. Fresh: pfn_pte(). Hardware: it lets "
        "in whom Linux says. Progress: faults end. Batches: batch detection, set_ptes(). Swap: "
        "swap entries, migration, markers.");
    text += heading("How far they hold");
    text += reachTable(results) + '\n';
    text += paragraph(
        "Well-formed: what helpers and hardware make of well-formed entries; the lemmas under "
        "`invariant` prove it. Do not apply: the architecture lacks what they are about.");
  }
  if (options.each) text += eachLemma(results);
  text += failuresText(results);
  if (!results.history.empty()) text += historyText(results, options);
  return text;
}

std::string lemmaList() {
  std::string text;
  std::string group;
  for (const LemmaInfo& lemma : lemmaInfos()) {
    if (groupOf(lemma.name) != group) text += text.empty() ? "" : "\n";
    group = groupOf(lemma.name);
    text += lemma.name + '\n' + paragraph(lemma.says, "  ", 2);
  }
  return text;
}

}  // namespace ptecheck
