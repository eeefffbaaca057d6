// SPDX-License-Identifier: GPL-2.0-only
#include "report/prove_json.h"

#include <fmt/format.h>

#include "prove/counterexample.h"
#include "report/prove_report.h"
#include "report/prove_verdict.h"

namespace ptecheck {

namespace {

std::string raw(std::uint64_t word) { return fmt::format("0x{:016x}", word); }

const char* standingName(Standing standing) {
  switch (standing) {
    case Standing::kUnexplained:
      return "unexplained";
    case Standing::kCandidate:
      return "candidate";
    case Standing::kHarmless:
      break;
  }
  return "harmless";
}

}  // namespace

const char* resultName(const LemmaResult& result) {
  switch (result.verdict) {
    case ProofVerdict::kHolds:
      return result.reach == ProofReach::kAllValues ? "all-values" : "well-formed";
    case ProofVerdict::kFails:
      return "fails";
    case ProofVerdict::kNotApplicable:
      return "not-applicable";
    case ProofVerdict::kUnknown:
      break;
  }
  return "undecided";
}

Json lemmaJson(const LemmaResult& lemma) {
  return {{"name", lemma.lemma},
          {"says", lemma.says},
          {"if_false", lemma.if_false},
          {"severity", lemma.severity == Severity::kCost ? "cost" : "broken"}};
}

Json counterexampleJson(const ModelFormat& format, const LemmaResult& result) {
  Json list = Json::array();
  for (const ShownWord& word : showWords(format, result)) {
    Json item;
    item["role"] = word.role;
    item["raw"] = raw(word.value);
    item["bits"] = word.bits;
    item["is"] = word.is;
    list.push_back(std::move(item));
  }
  return list;
}

Json failureJson(Arch arch, const LemmaResult& result) {
  const KnownFailure* const known = findKnownFailure(archId(arch), result.lemma);
  Json item;
  item["lemma"] = result.lemma;
  item["standing"] = standingName(standingOf(arch, result));
  item["why"] = known == nullptr ? "" : known->why;
  item["example"] = known == nullptr ? "" : known->example;
  item["counterexample"] = counterexampleJson(modelFormats().at(arch), result);
  return item;
}

namespace {

Json archJson(const FormatProof& proof, bool strict) {
  Json json;
  json["arch"] = archId(proof.arch);
  json["name"] = archName(proof.arch);
  json["verdict"] = verdictName(verdictOf(proof, strict));
  json["results"] = Json::object();
  json["failures"] = Json::array();
  for (const LemmaResult& result : proof.lemmas) {
    json["results"][result.lemma] = resultName(result);
    if (result.verdict == ProofVerdict::kFails)
      json["failures"].push_back(failureJson(proof.arch, result));
  }
  return json;
}

Json historyJson(const HistoryProof& past) {
  Json json;
  json["id"] = past.id;
  json["arch"] = archId(past.arch);
  json["helper"] = past.helper;
  json["kernels"] = past.kernels;
  json["commit"] = past.commit;
  json["broke"] = past.broke;
  json["refuted_by"] = Json::array();
  for (const LemmaResult& result : past.refuted_by)
    json["refuted_by"].push_back(
        {{"lemma", result.lemma},
         {"counterexample", counterexampleJson(pastFormat(past.id), result)}});
  return json;
}

}  // namespace

std::string proveJson(const ProveResults& results, const ProveReportOptions& options) {
  Json json;
  json["schema"] = "ptecheck-prove-1";
  json["version"] = options.version;
  json["subject"] = {{"kind", "model"}, {"name", "the built-in model"}};
  json["verdict"] = verdictName(verdictOf(results, options.strict));
  json["strict"] = options.strict;
  json["lemmas"] = Json::array();
  for (const LemmaResult& lemma : results.formats.front().lemmas)
    json["lemmas"].push_back(lemmaJson(lemma));
  json["architectures"] = Json::array();
  for (const FormatProof& proof : results.formats)
    json["architectures"].push_back(archJson(proof, options.strict));
  json["history"] = Json::array();
  for (const HistoryProof& past : results.history) json["history"].push_back(historyJson(past));
  return json.dump(2) + '\n';
}

}  // namespace ptecheck
