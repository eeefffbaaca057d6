// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: is a document what SARIF 2.1.0 demands? tests/sarif_schema.json has the structure;
// here is what a schema of that kind cannot say: indices that fit, lists that may not be empty,
// lines that are there, URIs.
#ifndef PTECHECK_TESTS_SARIF_CHECK_H
#define PTECHECK_TESTS_SARIF_CHECK_H

#include <fstream>
#include <set>
#include <string>

#include "schema_check.h"

namespace ptecheck {

namespace sarif_detail {

inline std::string whyWrongLocation(const nlohmann::json& location) {
  if (!location.contains("physicalLocation")) return "";
  const auto& region = location["physicalLocation"]["region"];
  if (region["startLine"] < 1 || region["endLine"] < region["startLine"])
    return "no region: " + region.dump();
  const std::string uri = location["physicalLocation"]["artifactLocation"]["uri"];
  if (uri.empty() || uri.find_first_of(" \"<>\\^`{|}") != std::string::npos)
    return "no URI: " + uri;
  return "";
}

}  // namespace sarif_detail

// "" if it is, else why not.
inline std::string whyNoSarif(const nlohmann::json& document) {
  std::ifstream file(PTECHECK_SOURCE_DIR "/tests/sarif_schema.json");
  const std::string why = whyInvalid(nlohmann::json::parse(file), document);
  if (!why.empty()) return why;
  for (const auto& run : document["runs"]) {
    std::set<std::string> ids;
    const auto& rules = run["tool"]["driver"]["rules"];
    for (const auto& rule : rules)
      if (!ids.insert(rule["id"].get<std::string>()).second) return "a rule stands there twice";
    for (const auto& result : run["results"]) {
      const std::size_t index = result["ruleIndex"];
      if (index >= rules.size() || rules[index]["id"] != result["ruleId"]) return "wrong ruleIndex";
      if (result["message"]["text"] == "") return "an empty message";
      if (result["codeFlows"].empty()) return "no code flow";
      for (const auto& location : result["locations"])
        if (auto wrong = sarif_detail::whyWrongLocation(location); !wrong.empty()) return wrong;
      for (const auto& flow : result["codeFlows"]) {
        if (flow["threadFlows"].empty()) return "no thread flow";  // minItems: 1
        for (const auto& thread : flow["threadFlows"]) {
          if (thread["locations"].empty()) return "an empty thread flow";  // minItems: 1
          for (const auto& step : thread["locations"])
            if (auto wrong = sarif_detail::whyWrongLocation(step["location"]); !wrong.empty())
              return wrong;
        }
      }
    }
  }
  return "";
}

}  // namespace ptecheck

#endif
