// SPDX-License-Identifier: GPL-2.0-only
#include "subject/model.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace ptecheck {
namespace {

// Compact records, as callers keep them: nothing behind them belongs to the subject.
struct Record {
  Record(unsigned processes, unsigned pages)
      : scenario_bytes(scenarioBytes(processes, pages)),
        outcome_bytes(outcomeBytes(MAX_PROCESSES, pages)),
        scenario_memory(new char[scenario_bytes]()),
        outcome_memory(new char[outcome_bytes]) {
    scenario().processes = static_cast<unsigned char>(processes);
    scenario().pages = static_cast<unsigned short>(pages);
    for (unsigned p = 0; p < processes; ++p) scenario().vma[p][0].flags = VMA_WRITE;
    for (unsigned i = 0; i < processes * pages; ++i) scenario().entry[i] = ENTRY_PRESENT;
    std::memset(outcome_memory.get(), 0x5a, outcome_bytes);
  }
  Scenario& scenario() { return *reinterpret_cast<Scenario*>(scenario_memory.get()); }
  Outcome& outcome() { return *reinterpret_cast<Outcome*>(outcome_memory.get()); }

  std::size_t scenario_bytes, outcome_bytes;
  std::unique_ptr<char[]> scenario_memory, outcome_memory;
};

TEST(ModelSubject, RunsABatchOfCompactRecords) {
  std::vector<Record> records;
  for (unsigned pages = 1; pages <= MAX_PAGES; pages *= 2)
    for (unsigned processes = 1; processes <= 3; ++processes) {
      Record& record = records.emplace_back(processes, pages);
      record.scenario().step[0] = {STEP_FORK, 0, 0};
      record.scenario().steps = 1;
    }
  std::vector<const Scenario*> in;
  std::vector<Outcome*> out;
  for (Record& record : records) {
    in.push_back(&record.scenario());
    out.push_back(&record.outcome());
  }
  ModelSubject subject(*findPolicy("v6.16"));
  EXPECT_EQ(subject.name(), "model v6.16");
  subject.run(in, out);
  for (Record& record : records) {
    const Scenario& s = record.scenario();
    EXPECT_EQ(record.outcome().status, STATUS_DONE);
    EXPECT_EQ(record.outcome().processes, s.processes + 1);
    EXPECT_EQ(record.outcome().mapcount_before, s.processes * s.pages);
    EXPECT_TRUE(record.outcome().unmapped);
    EXPECT_EQ(record.outcome().entry[(s.processes + 1) * s.pages - 1].seen, SEEN_ZERO);
  }
}

TEST(ModelSubject, RefusesImpossibleNumbersAndGoesOn) {
  const auto refused = [](auto change) {
    Record bad(1, 4), good(1, 4);
    change(bad.scenario());
    const Scenario* in[] = {&bad.scenario(), &good.scenario()};
    Outcome* out[] = {&bad.outcome(), &good.outcome()};
    ModelSubject(*findPolicy("unbatched")).run(in, out);
    EXPECT_EQ(good.outcome().status, STATUS_DONE);
    EXPECT_EQ(std::strncmp(bad.outcome().message, "UNSUPPORTED ", 12), 0) << bad.outcome().message;
    return bad.outcome().status == STATUS_UNSUPPORTED;
  };
  EXPECT_TRUE(refused([](Scenario& s) { s.pages = 0; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.pages = 3; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.pages = 1024; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.processes = 0; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.processes = MAX_PROCESSES + 1; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.table_end = TABLE_SLOTS + 1; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.split[0] = 5; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.steps = MAX_STEPS + 1; }));
  EXPECT_TRUE(refused([](Scenario& s) { s.operation = 7; }));
}

}  // namespace
}  // namespace ptecheck
