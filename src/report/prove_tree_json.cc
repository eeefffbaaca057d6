// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include "prove/model_helpers.h"
#include "report/prove_json.h"
#include "report/prove_tree.h"

namespace ptecheck {

namespace {

// Words as text: JSON numbers lose bits above 2^53 in many readers.
std::string raw(std::uint64_t word) { return fmt::format("0x{:016x}", word); }

Json helpersJson(const TreeProof& proof) {
  const HelperComparison& c = proof.comparison;
  const FormatFacts facts = formatFacts(proof.arch);
  Json json;
  json["compared"] = c.helpers;
  json["missing"] = c.missing;
  json["exhaustive"] = {{"bits", raw(facts.defined_bits & ~facts.pfn_mask)},
                        {"combinations", c.combinations},
                        {"page_frames", c.pfns},
                        {"calls", c.exhaustive_calls}};
  json["sampled"] = {{"words", c.samples}, {"seed", c.seed}};
  json["differences"] = Json::array();
  for (const HelperDifference& d : c.differences)
    json["differences"].push_back({{"helper", d.helper},
                                   {"words", d.count},
                                   {"explained", d.explained},
                                   {"a", raw(d.a)},
                                   {"b", raw(d.b)},
                                   {"model", raw(d.model)},
                                   {"tree", raw(d.tree)},
                                   {"text", d.text}});
  return json;
}

Json otherProcessor(const TreeProof& proof, const TreeLemma& lemma) {
  LemmaResult result = lemma.result;
  result.words = lemma.not_where_words;
  result.result.reset();
  return {{"lemma", result.lemma},
          {"processor", lemma.not_where},
          {"harmless", lemma.not_where_known},
          {"replayed", lemma.not_where_replayed},
          {"counterexample", counterexampleJson(modelFormats().at(proof.arch), result)}};
}

Json kernelJson(const TreeProof& proof) {
  Json json;
  json["version"] = proof.version;
  json["helpers"] = helpersJson(proof);
  json["free"] = proof.variables;
  json["assumed"] = proof.assumptions;
  json["cross_check"] = {{"combinations", proof.check.combinations},
                         {"page_frames", proof.check.pfns},
                         {"exhaustive", proof.check.exhaustive},
                         {"samples", proof.check.samples},
                         {"seed", proof.check.seed},
                         {"evaluations", proof.check.rows}};
  json["other_processors"] = Json::array();
  json["refused"] = Json::object();
  for (const TreeLemma& lemma : proof.lemmas) {
    if (!lemma.not_where.empty()) json["other_processors"].push_back(otherProcessor(proof, lemma));
    if (!lemma.refused.empty()) json["refused"][lemma.result.lemma] = lemma.refused;
  }
  return json;
}

Json archJson(const ArchTreeProof& one, bool strict) {
  Json json;
  json["arch"] = archId(one.arch);
  json["name"] = archName(one.arch);
  json["verdict"] = verdictName(one.proof ? verdictOf(*one.proof, strict) : Verdict::kNotChecked);
  json["results"] = Json::object();
  json["failures"] = Json::array();
  json["not_run"] = nullptr;
  json["kernel"] = nullptr;
  if (!one.proof) {
    json["not_run"] = one.why_not;
    return json;
  }
  for (const TreeLemma& lemma : one.proof->lemmas) {
    json["results"][lemma.result.lemma] = resultName(lemma.result);
    if (lemma.result.verdict == ProofVerdict::kFails)
      json["failures"].push_back(failureJson(one.arch, lemma.result));
  }
  json["kernel"] = kernelJson(*one.proof);
  return json;
}

}  // namespace

std::string treeProofJson(const std::vector<ArchTreeProof>& proofs, const TreeProofReport& report) {
  Json json;
  json["schema"] = "ptecheck-prove-1";
  json["version"] = report.version;
  json["subject"] = {{"kind", "tree"}, {"name", report.tree}};
  json["verdict"] = verdictName(verdictOf(proofs, report.strict));
  json["strict"] = report.strict;
  json["lemmas"] = Json::array();
  for (const ArchTreeProof& one : proofs)
    if (one.proof && json["lemmas"].empty())
      for (const TreeLemma& lemma : one.proof->lemmas)
        json["lemmas"].push_back(lemmaJson(lemma.result));
  json["architectures"] = Json::array();
  for (const ArchTreeProof& one : proofs)
    json["architectures"].push_back(archJson(one, report.strict));
  json["history"] = Json::array();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace ptecheck
