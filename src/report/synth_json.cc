// SPDX-License-Identifier: GPL-2.0-only
#include <nlohmann/json.hpp>

#include "check/synth_words.h"
#include "pte/architectures.h"
#include "report/synth.h"
#include "spec/rules.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

Json batchingJson(const SynthOptions& options, const Batching& batching) {
  const BatchingWords words = wordsOf(options.which, batching);
  Json json = {{"policy", words.policy}};
  for (const auto& [bit, treat] : words.treats) json[bit] = treat;
  json["restore"] = words.restore;
  return json;
}

Json priceJson(const SynthPrice& price) {
  return {{"batches", price.batches},
          {"entries", price.entries},
          {"extra_write_faults", price.extra_faults},
          {"spurious_soft_dirty", price.spurious_soft_dirty},
          {"remembers", price.remembers}};
}

Json pointJson(const SynthOptions& options, const FrontierPoint& point) {
  Json json = {{"batching", batchingJson(options, point.batching)},
               {"price", priceJson(point.price)},
               {"same_price", point.others},
               {"weaker", Json::array()}};
  for (const WeakerNeighbour& weaker : point.weaker) {
    Json item = {{"batching", batchingJson(options, weaker.batching)},
                 {"correct", !weaker.killed_by.has_value()}};
    if (weaker.killed_by) {
      item["rule"] = ruleInfo(weaker.killed_by->rule).name;
      item["id"] = weaker.killed_by->id;
    } else {
      item["price"] = priceJson(weaker.price);
    }
    json["weaker"].push_back(std::move(item));
  }
  return json;
}

}  // namespace

std::string synthJson(const std::vector<SynthResult>& results, const std::string& version) {
  Json json = {{"schema", "ptecheck-synth-1"}, {"version", version}, {"results", Json::array()}};
  for (const SynthResult& result : results) {
    Json item = {{"case", wordsOf(result.options.which, {}).case_name},
                 {"arch", archId(result.options.arch)},
                 {"shadow_stacks", result.options.shadow_stacks},
                 {"batchings", result.batchings},
                 {"classes", result.classes},
                 {"correct", result.correct},
                 {"scenarios", result.scenarios},
                 {"confirmed_on", result.confirmed_on},
                 {"frontier", Json::array()}};
    for (const FrontierPoint& point : result.frontier)
      item["frontier"].push_back(pointJson(result.options, point));
    json["results"].push_back(std::move(item));
  }
  return json.dump(2) + "\n";
}

}  // namespace ptecheck
