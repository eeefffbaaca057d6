// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_byte_order.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace ptecheck {
namespace {

// Marks the bytes of a record that some field covers; counts those that none does: padding, or a
// field that was added to the record and forgotten here.
template <class Record, class... Entries>
size_t uncovered(Entries... entries) {
  const auto record = std::make_unique<Record>();
  std::vector<int> times(sizeof(Record));
  eachField(*record, entries..., [&](auto& field) {
    const size_t at = reinterpret_cast<char*>(&field) - reinterpret_cast<char*>(record.get());
    EXPECT_EQ(at % sizeof field, 0u) << "not aligned to its size";
    for (size_t i = 0; i < sizeof field; ++i) ++times.at(at + i);
  });
  size_t none = 0;
  for (int n : times) {
    EXPECT_LE(n, 1) << "named twice";
    none += n == 0;
  }
  return none;
}

TEST(ByteOrder, CoversEveryField) {
  EXPECT_EQ(uncovered<AgentHeader>(), 0u);
  EXPECT_EQ(uncovered<Scenario>(unsigned{MAX_PROCESSES * MAX_PAGES}), 0u);
  // Padding: behind steps_done, behind batches, and before the first 64-bit field.
  EXPECT_EQ(uncovered<Outcome>(unsigned{MAX_PROCESSES * MAX_PAGES}), 7u);
}

TEST(ByteOrder, IsTurnedAndTurnedBack) {
  const auto outcome = std::make_unique<Outcome>();
  outcome->status = 3, outcome->warnings = 0x0102, outcome->refcount = -2;
  outcome->entry[1].after = 0x0102030405060708;
  outcome->entry[2].after = 0x11;  // is not of this record
  std::strcpy(outcome->message, "text");
  const Outcome before = *outcome;
  swapBytes(*outcome, 2);
  EXPECT_EQ(outcome->status, 3);
  EXPECT_EQ(outcome->warnings, 0x0201);
  EXPECT_EQ(unsigned(outcome->refcount), 0xfeffffffu);
  EXPECT_EQ(outcome->entry[1].after, 0x0807060504030201u);
  EXPECT_EQ(outcome->entry[2].after, 0x11u);
  EXPECT_STREQ(outcome->message, "text");
  swapBytes(*outcome, 2);
  EXPECT_EQ(std::memcmp(outcome.get(), &before, sizeof before), 0);
}

}  // namespace
}  // namespace ptecheck
