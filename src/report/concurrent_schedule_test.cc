// SPDX-License-Identifier: GPL-2.0-only
#include "report/concurrent_schedule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "../../tests/schema_check.h"
#include "report/concurrent.h"

namespace ptecheck {
namespace {

ConcurrentResult brokenResult() {
  ConcurrentOptions options;
  options.policy = *findPolicy("v6.12");
  options.mutant = SmpMutant::kFreeNoFlush;
  options.only.emplace();
  parse("lazyfree/1:free,user=S0", *options.only);
  options.only->policy = options.policy;
  options.only->mutant = options.mutant;
  return checkConcurrent(options);
}

TEST(Schedule, HasAColumnForEachActor) {
  const ConcurrentResult result = brokenResult();
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(scheduleText(result.examples[0]), R"(At first:
    entry 0: wEDYS.. page 0
    TLB of user=S0, 0: wEDYS.. page 0
    page 0: old contents
    folio: clean, lazyfree

    free                                user=S0
    ----------------------------------  ----------------------------------
 1  takes mmap_lock and the page-table
    lock (madvise_free_pte_range)
 2  takes an entry out, or makes it
    clean (clear_young_dirty_ptes)
      | entry 0: wEDYS.. page 0 -> none
 3  puts it back, clean
    (clear_young_dirty_ptes)
      | entry 0: none -> wE..S.. page 0
 4  flushes TLBs, and returns
    (tlb_finish_mmu)
 5                                      stores to page 0, by its TLB
      | page 0: old contents -> user=S0's write

if space 0 page 0 is reclaimed it will read as zeroes, not write 1
)");
}

TEST(Schedule, ReportFitsIntoAMailAndObeysItsSchema) {
  const ReportOptions options{"0", kAllRules, false, Share{}};
  const std::vector<ConcurrentResult> results = {brokenResult()};
  std::istringstream text(concurrentText(results, options));
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 75U) << line;
  const auto document = nlohmann::json::parse(concurrentJson(results, options));
  std::ifstream file(PTECHECK_SOURCE_DIR "/docs/schema/concurrent.json");
  EXPECT_EQ(whyInvalid(nlohmann::json::parse(file), document), "");
  EXPECT_EQ(document["verdict"], "broken");
  EXPECT_EQ(document["results"][0]["examples"][0]["rule"], "dirty-lost");
}

TEST(Schedule, VerdictIsNotCheckedIfASearchDidNotFinish) {
  ConcurrentOptions options;
  options.policy = *findPolicy("v6.12");
  options.actors = 1;
  EXPECT_EQ(verdictOf({checkConcurrent(options)}, false), Verdict::kGood);
  options.steps = 2;
  EXPECT_EQ(verdictOf({checkConcurrent(options)}, false), Verdict::kNotChecked);
  EXPECT_EQ(verdictOf({brokenResult()}, false), Verdict::kBroken);
}

}  // namespace
}  // namespace ptecheck
