// SPDX-License-Identifier: GPL-2.0-only
#include "report/prove_failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "report/arch_verdicts.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/prove_verdict.h"

namespace ptecheck {

namespace {

// Lemmas that fail for the same reason, on the same architectures, for the same words.
struct Failure {
  Standing standing;
  std::string why;
  std::string example;
  std::vector<const LemmaResult*> lemmas;  // on archs[0]
  std::vector<Arch> archs;
};

// One for each lemma and reason.
std::vector<Failure> failuresOf(const ProveResults& results) {
  std::vector<Failure> failures;
  for (const FormatProof& proof : results.formats)
    for (const LemmaResult& result : proof.lemmas) {
      if (result.verdict != ProofVerdict::kFails) continue;
      const KnownFailure* const known = findKnownFailure(archId(proof.arch), result.lemma);
      const std::string why = known ? known->why
                                    : "Unexplained: nobody has said why. Of the lemma, the format "
                                      "and the kernel one is wrong.";
      const auto same = std::find_if(failures.begin(), failures.end(), [&](const Failure& other) {
        return other.lemmas[0]->lemma == result.lemma && other.why == why;
      });
      if (same != failures.end())
        same->archs.push_back(proof.arch);
      else
        failures.push_back({standingOf(proof.arch, result),
                            why,
                            known ? known->example : "",
                            {&result},
                            {proof.arch}});
    }
  return failures;
}

bool alike(const Failure& a, const Failure& b) {
  return a.why == b.why && a.example == b.example && a.archs == b.archs &&
         a.lemmas[0]->words == b.lemmas[0]->words && a.lemmas[0]->result == b.lemmas[0]->result;
}

std::vector<Failure> together(const std::vector<Failure>& failures) {
  std::vector<Failure> merged;
  for (const Failure& failure : failures) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&](const Failure& other) { return alike(other, failure); });
    if (same != merged.end())
      same->lemmas.push_back(failure.lemmas[0]);
    else
      merged.push_back(failure);
  }
  return merged;
}

const char* headingOf(Standing standing) {
  switch (standing) {
    case Standing::kUnexplained:
      return "Lemmas that fail: UNEXPLAINED";
    case Standing::kCandidate:
      return "Lemmas that fail: candidates (no kernel has been shown to get there)";
    case Standing::kHarmless:
      break;
  }
  return "Lemmas that fail, and are known to be harmless";
}

std::string failureText(const Failure& failure) {
  std::string text, consequence;
  for (const LemmaResult* lemma : failure.lemmas) {
    text += paragraph(fmt::format("{}: {}", lemma->lemma, lemma->says), "  ", 4);
    if (consequence.find(lemma->if_false) == std::string::npos)
      append(consequence, lemma->if_false, "; ");
  }
  const Arch arch = failure.archs[0];
  const std::string where = archNames(failure.archs);
  text += paragraph(failure.archs.size() == 1
                        ? fmt::format("False on {} for", where)
                        : fmt::format("False on {}; on {} for", where, archId(arch)),
                    "  ", 2);
  text += wordsText(modelFormats().at(arch), *failure.lemmas[0], 4);
  if (failure.standing != Standing::kHarmless)
    text += paragraph(fmt::format("Consequence: {}.", consequence), "  ", 2);
  if (!failure.example.empty())
    text +=
        paragraph(fmt::format("End to end: ptecheck run examples/{}", failure.example), "  ", 2);
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// "is young"; of two entries, what the second is no longer, and is now (`pair`: what only one of
// them is).
std::string difference(const std::vector<const ShownWord*>& entries, bool pair) {
  const ShownWord& first = *entries.front();
  const ShownWord& last = *entries.back();
  const std::string lost = joined(onlyFirst(first, last));
  const std::string gained = joined(onlyFirst(last, first));
  std::string text;
  if (!lost.empty()) append(text, (pair ? "only the first is " : "no longer ") + lost);
  if (!gained.empty()) append(text, (pair ? "only the second is " : "now ") + gained, "; ");
  if (text.empty() && !last.is.empty())
    text = (entries.size() == 1 ? "is " : "still ") + joined(last.is);
  return text;
}

}  // namespace

std::string wordsText(const ModelFormat& format, const LemmaResult& result, std::size_t indent) {
  const std::vector<ShownWord> words = showWords(format, result);
  std::size_t width = 0;
  for (const ShownWord& word : words) width = std::max(width, word.role.size() + 2);
  std::string text;
  std::vector<const ShownWord*> entries;
  for (const ShownWord& word : words) {
    std::string role = std::string(indent, ' ') + word.role;
    role.resize(indent + width, ' ');
    std::string value = word.bits;
    if (word.is_entry) {
      entries.push_back(&word);
      value = fmt::format("0x{:016x} = {}", word.value, word.bits);
    } else if (value.empty()) {
      value = fmt::format("0x{:x}", word.value);
    }
    text += paragraph(value, role, indent + width);
  }
  const std::string what = difference(entries, result.entries == 2);
  return what.empty() ? text
                      : text + paragraph(what, std::string(indent + width, ' '), indent + width);
}

std::string failuresText(const ProveResults& results) {
  const std::vector<Failure> failures = together(failuresOf(results));
  std::string text;
  for (const Standing standing :
       {Standing::kUnexplained, Standing::kCandidate, Standing::kHarmless}) {
    Groups<std::string, const Failure*> by_reason;
    for (const Failure& failure : failures)
      if (failure.standing == standing) by_reason.add(failure.why, &failure);
    if (by_reason.empty()) continue;
    text += heading(headingOf(standing));
    std::string reasons;
    for (const auto& [why, members] : by_reason) {
      append(reasons, paragraph(why, "* ", 2), "\n");
      for (const Failure* failure : members) reasons += '\n' + failureText(*failure);
    }
    text += reasons;
  }
  if (!text.empty())
    text += '\n' + paragraph(
                       "Bits are named as in the pages at the top of src/pte/*.h. hw-read, "
                       "hw-write, hw-shadow-stack: hardware lets user code read, write, call and "
                       "return.");
  return text;
}

}  // namespace ptecheck
