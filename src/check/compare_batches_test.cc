// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare_batches.h"

#include <gtest/gtest.h>

namespace ptecheck {
namespace {

TEST(CompareBatches, TheCaseFollowsFromOperationAndFolio) {
  Scenario s{};
  EXPECT_EQ(operationCase(s), Case::kLazyfree);
  s.folio_flags = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  EXPECT_EQ(operationCase(s), Case::kSwapBacked);
  s.folio_flags = FOLIO_FILE;
  EXPECT_EQ(operationCase(s), Case::kFile);
  s.folio_flags = FOLIO_FILE | FOLIO_SWAPBACKED;  // shmem
  EXPECT_EQ(operationCase(s), Case::kFile);
  s.operation = OPERATION_TRY_TO_MIGRATE;
  EXPECT_EQ(operationCase(s), Case::kMigration);
}

TEST(CompareBatches, AMigrationThatEndsHasTwoKinds) {
  Scenario s{};
  s.operation = OPERATION_TRY_TO_MIGRATE;
  Outcome whole{}, alone{};
  whole.batches = 5, whole.batched_entries = 8;
  alone.batches = 1, alone.batched_entries = 4;
  EXPECT_FALSE(migrationEnds(s));
  EXPECT_EQ(batchesOf(s, whole, &alone).operation, (BatchCount{5, 8}));
  s.steps = 2;
  s.step[0].action = STEP_READ;
  for (const unsigned char end : {STEP_MIGRATED, STEP_NOT_MIGRATED}) {
    s.step[1].action = end;
    EXPECT_TRUE(migrationEnds(s));
    const ScenarioBatches batches = batchesOf(s, whole, &alone);
    EXPECT_EQ(batches.operation, (BatchCount{1, 4}));
    EXPECT_EQ(batches.back, (BatchCount{4, 4}));
  }
  s.step[1].action = STEP_SWAPOFF;
  EXPECT_FALSE(migrationEnds(s));
}

TEST(CompareBatches, ShortestIsByTheAverageMostByTheNumber) {
  BatchLengths lengths;
  lengths.add({0, 0});
  EXPECT_EQ(lengths, BatchLengths{});
  lengths.add({1, 1});  // nothing could be batched
  EXPECT_EQ(lengths.shortest, BatchCount{});
  EXPECT_EQ(lengths.most, (BatchCount{1, 1}));
  lengths.add({2, 4});
  lengths.add({6, 64});
  lengths.add({4, 5});
  lengths.add({6, 60});
  lengths.add({3, 6});
  EXPECT_EQ(lengths.sum, (BatchCount{22, 140}));
  EXPECT_EQ(lengths.shortest, (BatchCount{4, 5}));
  EXPECT_EQ(lengths.most, (BatchCount{6, 60}));
  lengths.add({8, 10});  // as short
  EXPECT_EQ(lengths.shortest, (BatchCount{8, 10}));
}

TEST(CompareBatches, AddingUpKnowsNoOrder) {
  BatchLengths a, b, none;
  a.add({2, 4});
  a.add({5, 50});
  b.add({3, 4});
  b.add({5, 40});
  BatchLengths ab = a, ba = b;
  ab += b;
  ba += a;
  ab += none;
  EXPECT_EQ(ab, ba);
  EXPECT_EQ(ab.sum, (BatchCount{15, 98}));
  EXPECT_EQ(ab.shortest, (BatchCount{3, 4}));
  EXPECT_EQ(ab.most, (BatchCount{5, 40}));
}

}  // namespace
}  // namespace ptecheck
