// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <string_view>

#include "prove/model_helpers.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/names.h"
#include "report/numbers.h"
#include "report/prove_failures.h"
#include "report/prove_json.h"
#include "report/prove_tree.h"

namespace ptecheck {

namespace {

constexpr std::size_t kLabel = 13;  // width of what stands before a colon

std::string labelled(std::string_view label, std::string_view text) {
  std::string first = std::string(label) + ':';
  first.resize(kLabel, ' ');
  return paragraph(text, first, kLabel);
}

std::string listed(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string frames(std::size_t pfns) {
  return pfns == 1 ? "the page frame 0" : fmt::format("{} page frames", pfns);
}

std::string combinations(Arch arch, std::uint64_t number) {
  const FormatFacts facts = formatFacts(arch);
  return fmt::format("{} combinations of {}", withSeparators(number),
                     bitRanges(facts.defined_bits & ~facts.pfn_mask));
}

// Lines that must not be broken are cut by nobody: they are quoted as they are.
std::string indented(std::string_view text, std::size_t blanks) {
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += paragraph(text.substr(begin, end - begin), std::string(blanks, ' '), blanks + 4);
    begin = end + 1;
  }
  return out;
}

std::string comparisonText(const TreeProof& proof) {
  const HelperComparison& c = proof.comparison;
  std::string text = heading("The tree's helpers against the model's");
  text += labelled("compared", fmt::format("{}, compiled by gcc from the tree's headers",
                                           counted(c.helpers, "helper", "helpers")));
  if (!c.missing.empty()) text += labelled("missing", "this tree has no " + listed(c.missing));
  text += labelled("exhaustive", fmt::format("all {}, with {}: {} calls",
                                             combinations(proof.arch, c.combinations),
                                             frames(c.pfns), withSeparators(c.exhaustive_calls)));
  text += labelled("sampled", fmt::format("{} words of 64 random bits for each helper, seed {}",
                                          withSeparators(c.samples), c.seed));
  const std::vector<const HelperDifference*> wrong = unexplained(proof);
  text += labelled("different",
                   wrong.empty() ? "none" : counted(wrong.size(), "helper", "helpers") + ", below");
  for (const HelperDifference& difference : c.differences)
    if (!difference.explained.empty())
      text += labelled("explained",
                       fmt::format("{} on {}: {}", difference.helper,
                                   counted(difference.count, "pair of words", "pairs of words"),
                                   difference.explained));
  for (const HelperDifference* difference : wrong) {
    text += fmt::format("\nDIFFERENT: {}, on {}; the first:\n", difference->helper,
                        counted(difference->count, "word", "words"));
    text += indented(difference->text, 2);
  }
  return text;
}

std::string countsText(const TreeProof& proof) {
  const TreeLemmaCounts counts = countLemmas(proof);
  std::vector<NamedThing> list;
  const auto add = [&list](std::uint64_t count, const char* what) {
    if (count != 0) list.push_back({fmt::format("{:>5}", count), what});
  };
  add(counts.all_values, "proved for all words, on every processor");
  add(counts.well_formed, "proved for all well-formed entries, on every processor");
  add(counts.other_processors, "proved on the model's processor, false on others");
  add(counts.fail, "false");
  add(counts.refused, "refused: not proved, not refuted");
  add(counts.not_applicable, "not applicable to these entries or this tree");
  return nameList(list);
}

std::string checkText(const TreeProof& proof) {
  const CrossCheck& check = proof.check;
  if (check.rows == 0) return "";
  const std::string words = combinations(proof.arch, check.combinations);
  return labelled(
      "cross-check",
      fmt::format("what was proved of clang's code is true of gcc's: {} evaluations on {}{}, with "
                  "{}",
                  withSeparators(check.rows),
                  check.exhaustive ? "all "
                                   : fmt::format("{} random ones (seed {}) of ",
                                                 withSeparators(check.samples), check.seed),
                  words, frames(check.pfns)));
}

// Lemmas that are false on the processor of the model.
std::string falseText(const TreeProof& proof) {
  ProveResults results;
  FormatProof& format = results.formats.emplace_back();
  format.arch = proof.arch;
  for (const TreeLemma& lemma : proof.lemmas)
    if (lemma.result.verdict == ProofVerdict::kFails) format.lemmas.push_back(lemma.result);
  const std::string text = failuresText(results);
  if (text.empty()) return "";
  return text + '\n' + paragraph("All these were replayed in the tree's own code, which agrees.");
}

// One that is false on others, for the least words on the least such processor.
std::string otherProcessor(const TreeProof& proof, const TreeLemma& lemma) {
  LemmaResult result = lemma.result;
  result.words = lemma.not_where_words;
  result.result.reset();
  std::string text = paragraph(fmt::format("{}: {}", result.lemma, result.says), "  ", 4);
  text += paragraph(fmt::format("False where {}, for", lemma.not_where), "  ", 4);
  text += wordsText(modelFormats().at(proof.arch), result, 4);
  return text + paragraph(lemma.not_where_replayed
                              ? "Replayed in the tree's own code, which agrees."
                              : "Not replayed: such a processor cannot be set up.",
                          "  ", 4);
}

std::string processorsText(const TreeProof& proof) {
  std::string wrong;
  Groups<std::string, std::string> harmless;  // lemmas by reasons
  for (const TreeLemma& lemma : proof.lemmas) {
    if (lemma.not_where.empty()) continue;
    if (lemma.not_where_known.empty()) {
      wrong += otherProcessor(proof, lemma);
      continue;
    }
    harmless.add(lemma.not_where_known, lemma.result.lemma);
  }
  std::string text;
  if (!wrong.empty()) text += heading("Lemmas that fail on other processors: UNEXPLAINED") + wrong;
  if (harmless.empty()) return text;
  text += heading("Lemmas that fail on other processors, and are known to be harmless");
  for (const auto& [reason, lemmas] : harmless) {
    text += paragraph(listed(lemmas), "  ", 4);
    text += paragraph("Proved of all others: " + reason + ".", "  ", 2);
  }
  return text;
}

std::string eachText(const TreeProof& proof) {
  std::string text = heading("Each lemma");
  for (const TreeLemma& lemma : proof.lemmas) {
    std::string result = lemma.refused.empty() ? resultName(lemma.result) : "refused";
    if (!lemma.not_where.empty()) result += ", but fails on other processors";
    if (lemma.checked_rows != 0)
      result += fmt::format("; cross-checked on {}",
                            counted(lemma.checked_rows, "row of words", "rows of words"));
    text += lemma.result.lemma + '\n' + paragraph(result, "  ", 4);
  }
  return text;
}

// Many lemmas are refused for the same reason.
std::string refusedText(const TreeProof& proof) {
  Groups<std::string, std::string> reasons;
  for (const TreeLemma& lemma : proof.lemmas)
    if (lemma.result.verdict == ProofVerdict::kUnknown)
      reasons.add(lemma.refused.empty() ? "the solver gave up" : lemma.refused, lemma.result.lemma);
  if (reasons.empty()) return "";
  std::string text = heading("Refused: not proved, not refuted");
  for (const auto& [reason, lemmas] : reasons)
    text += paragraph(reason, "  ", 4) + paragraph(listed(lemmas), "    ", 4);
  return text;
}

std::string verdictText(const TreeProof& proof, bool strict) {
  const Verdict verdict = verdictOf(proof, strict);
  std::string text(verdictWord(verdict));
  if (verdict == Verdict::kGood) return text;
  if (verdict == Verdict::kAtACost)
    return text + ": what fails is harmless, or costs time or space";
  std::string lemmas, helpers;
  for (const TreeLemma& lemma : proof.lemmas)
    if (verdictOf(proof, lemma, strict) == verdict) append(lemmas, lemma.result.lemma);
  if (verdict == Verdict::kNotChecked) return text + ", as they are refused: " + lemmas;
  for (const HelperDifference* difference : unexplained(proof))
    append(helpers, difference->helper + "()");
  if (!lemmas.empty()) text += ": " + lemmas + (helpers.empty() ? "" : ";");
  if (!helpers.empty()) text += " unlike the model's: " + helpers;
  return text;
}

std::string oneProof(const TreeProof& proof, const TreeProofReport& report) {
  std::string text = labelled("ptecheck", report.version);
  text += labelled("tree", fmt::format("Linux {} at {}", proof.version, report.tree));
  text += labelled("entries", archName(proof.arch));
  text += labelled("verdict", verdictText(proof, report.strict));
  text += comparisonText(proof);
  text += heading("Lemmas about the tree's helpers");
  text += countsText(proof);
  if (!proof.variables.empty())
    text += labelled("processors", "whatever the values of " + listed(proof.variables));
  for (const std::string& assumption : proof.assumptions) text += labelled("assumed", assumption);
  text += checkText(proof);
  if (report.each) text += eachText(proof);
  text += falseText(proof);
  text += processorsText(proof);
  return text + refusedText(proof);
}

// A line of a list of architectures.
std::string shortVerdict(const TreeProof& proof, bool strict) {
  const TreeLemmaCounts counts = countLemmas(proof);
  std::string text =
      fmt::format("{}: {} proved, {} false", verdictWord(verdictOf(proof, strict)),
                  counts.all_values + counts.well_formed + counts.other_processors, counts.fail);
  if (counts.refused != 0) text += fmt::format(", {} refused", counts.refused);
  return text + fmt::format("; {} of {} unlike the model's", unexplained(proof).size(),
                            counted(proof.comparison.helpers, "helper", "helpers"));
}

}  // namespace

std::string treeProofText(const std::vector<ArchTreeProof>& proofs, const TreeProofReport& report) {
  if (proofs.size() == 1 && proofs[0].proof) return oneProof(*proofs[0].proof, report);
  std::string text = labelled("verdict", verdictWord(verdictOf(proofs, report.strict))) + '\n';
  std::vector<NamedThing> verdicts;
  for (const ArchTreeProof& one : proofs)
    verdicts.push_back(
        {archId(one.arch), one.proof ? shortVerdict(*one.proof, report.strict) : one.why_not});
  text += nameList(verdicts);
  for (const ArchTreeProof& one : proofs) {
    if (!one.proof) continue;
    const std::string title = fmt::format("====== {} ", archName(one.arch));
    text += '\n' + title + std::string(kColumns - title.size(), '=') + "\n\n";
    text += oneProof(*one.proof, report);
  }
  return text;
}

}  // namespace ptecheck
