// SPDX-License-Identifier: GPL-2.0-only
#include "check/finding_id.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "explore/odometer.h"
#include "scenario/error.h"

namespace ptecheck {
namespace {

std::string errorOf(const std::string& text) {
  try {
    parseFindingId(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(FindingId, NamesTheFamilyUnlessItIsReclaim) {
  EXPECT_EQ(parseFindingId("e1/v6.16/0").space.family, Family::kReclaim);
  for (unsigned i = 1; i < kFamilies; ++i)
    for (const char* version : {"e1", "r1", "e1.2.2.1"})
      for (const char* arch : {"/", "/arm64/"}) {
        const auto family = static_cast<Family>(i);
        const std::string text =
            std::string(version) + ":" + std::string(familyName(family)) + arch + "v6.12/10a4";
        const FindingId id = parseFindingId(text);
        EXPECT_EQ(id.space.family, family);
        EXPECT_EQ(id.row, "v6.12");
        EXPECT_EQ(formatFindingId(id), text);
      }
}

TEST(FindingId, IsAScenarioOfItsFamily) {
  for (unsigned i = 0; i < kFamilies; ++i) {
    FindingId id;
    id.space.family = static_cast<Family>(i);
    id.row = "v6.12";
    Odometer odometer;
    Scenario first;
    do odometer.rewind();
    while (!chooseScenario(odometer, id.space, first) && odometer.next());
    id.choices = odometer.choices();
    const Scenario again = scenarioOf(parseFindingId(formatFindingId(id)));
    EXPECT_EQ(std::memcmp(&again, &first, scenarioBytes(first.processes, first.pages)), 0)
        << formatFindingId(id);
  }
}

TEST(FindingId, SaysWhichFamiliesThereAre) {
  for (const char* name : {"", "hugetlb", "reclaim", "file:file"})
    EXPECT_NE(errorOf(std::string("e1:") + name + "/v6.12/0")
                  .find(std::string("there is no family '") + name +
                        "' of scenarios (swap, file, migration, device, rare, huge, mismatch; "
                        "reclaim is not named)"),
              std::string::npos)
        << errorOf(std::string("e1:") + name + "/v6.12/0");
}

}  // namespace
}  // namespace ptecheck
