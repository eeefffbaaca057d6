// SPDX-License-Identifier: GPL-2.0-only
//
// What everybody reads after the steps: each reason green and red, on outcomes made by hand. Red
// means: this rule, and no other.
#include <gtest/gtest.h>

#include "pte/x86_64.h"
#include "spec/hand_made_cases.h"
#include "spec/hand_made_verdict.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Made = HandMadeCase<F>;

constexpr unsigned kP = ENTRY_PRESENT, kE = ENTRY_EXCLUSIVE;
constexpr unsigned kSwapFolio = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;

TEST(CaseContents, WhatIsWrittenToASharedFileIsReadByAll) {
  Scenario s = unmapping(1, FOLIO_FILE, {kP, kP}, VMA_WRITE | VMA_FILE | VMA_SHARED);
  addStep(s, STEP_WRITE, 0);
  Made made(s);
  made.entry(0, 0).seen = made.entry(1, 0).seen = seenValue(SEEN_WRITER, 0);
  EXPECT_EQ(broken(made), "");
  made.entry(1, 0).seen = seenValue(SEEN_ORIGINAL, 0);
  EXPECT_EQ(broken(made), "contents");
}

TEST(CaseContents, WhatIsWrittenToAPrivateMappingIsOnesOwn) {
  Scenario s = unmapping(1, FOLIO_FILE, {kP, 0}, VMA_WRITE | VMA_FILE);
  addStep(s, STEP_WRITE, 0);
  Made made(s);
  made.entry(0, 0).seen = seenValue(SEEN_WRITER, 0);
  EXPECT_EQ(broken(made), "");
  made.entry(1, 0).seen = seenValue(SEEN_WRITER, 0);
  EXPECT_EQ(broken(made), "contents");
  made.entry(1, 0).seen = SEEN_ZERO;
  EXPECT_EQ(broken(made), "contents") << "the file's page, even where nothing was mapped";
}

TEST(CaseContents, MigrationMovesContentsAlong) {
  Scenario s = migrating(2, kSwapFolio, {kP | kE, kP | kE});
  Made made(s);
  EXPECT_EQ(broken(made), "");
  made.entry(0, 1).seen = seenValue(SEEN_ORIGINAL, 0);
  EXPECT_EQ(broken(made), "contents");
  made.entry(0, 1).seen = SEEN_ZERO;
  EXPECT_EQ(broken(made), "contents");
}

TEST(CaseContents, BrokenMemoryIsNotRead) {
  Scenario s = migrating(1, kSwapFolio | FOLIO_HWPOISON | FOLIO_DIRTY, {kP | kE});
  Made made(s);
  made.replace(0, 0, Made::swapForm(SwapKind::kHwpoison, FOLIO_PFN, 0));
  made.entry(0, 0).seen = SEEN_FAULT;
  EXPECT_EQ(broken(made), "");
  made.entry(0, 0).seen = seenValue(SEEN_WRITER + 1, 0);
  EXPECT_EQ(broken(made), "contents");
}

}  // namespace
}  // namespace ptecheck
