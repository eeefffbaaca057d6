// SPDX-License-Identifier: GPL-2.0-only
#include <nlohmann/json.hpp>

#include "report/order.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

Json verdictJson(order::MemoryModel model, const order::Verdict& verdict) {
  Json json = {{"model", memoryModelName(model)},
               {"bad", verdict.bad},
               {"states", verdict.states},
               {"transitions", verdict.transitions}};
  if (!verdict.bad) return json;
  json["outcome"] = verdict.outcome;
  json["steps"] = verdict.steps;
  json["at_first"] = verdict.at_first;
  json["in_the_end"] = verdict.in_the_end;
  json["schedule"] = Json::array();
  for (const order::ScheduleRow& row : verdict.schedule)
    json["schedule"].push_back(
        {{"thread", row.thread}, {"is_step", row.is_step}, {"text", row.text}});
  return json;
}

}  // namespace

std::string orderJson(const OrderReport& report) {
  Json json = {{"schema", "ptecheck-order-1"},
               {"version", report.version},
               {"without", nullptr},
               {"verdict", report.bad() ? "broken" : "good"},
               {"tests", Json::array()}};
  if (!report.without.empty()) json["without"] = report.without;
  for (const order::TestVerdicts& test : report.tests) {
    Json item = {{"name", test.test->name},   {"title", test.test->title},
                 {"about", test.test->about}, {"source", test.test->source},
                 {"threads", Json::array()},  {"results", Json::array()}};
    for (const order::Thread& thread : test.test->program.threads)
      item["threads"].push_back(thread.name);
    for (std::size_t row = 0; row < test.verdicts.size(); ++row) {
      Json result = {{"without", nullptr}, {"models", Json::array()}};
      if (row != 0) {
        const order::Barrier& barrier = test.test->barriers[row - 1];
        result["without"] = barrier.name;
        result["where"] = barrier.where;
        if (!barrier.bug.empty()) result["bug"] = barrier.bug;
      }
      for (order::MemoryModel model : report.models)
        result["models"].push_back(
            verdictJson(model, test.verdicts[row][static_cast<std::size_t>(model)]));
      item["results"].push_back(std::move(result));
    }
    json["tests"].push_back(std::move(item));
  }
  return json.dump(2) + "\n";
}

}  // namespace ptecheck
