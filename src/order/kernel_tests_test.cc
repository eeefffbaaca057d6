// SPDX-License-Identifier: GPL-2.0-only
#include "order/kernel_tests.h"

#include <gtest/gtest.h>

#include <set>

#include "order/verdicts.h"

namespace ptecheck::order {
namespace {

TEST(KernelTests, AllBarriersAreEnoughAndEachIsNeededWhereItShouldBe) {
  for (const KernelTest& test : kernelTests()) {
    const TestVerdicts found = tryWithoutEach(test);
    for (std::size_t m = 0; m < kMemoryModels.size(); ++m) {
      const std::string on =
          std::string(test.name) + " on " + std::string(memoryModelName(kMemoryModels[m]));
      EXPECT_FALSE(found.verdicts[0][m].bad) << on << ": " << found.verdicts[0][m].outcome;
      for (std::size_t b = 0; b < test.barriers.size(); ++b)
        EXPECT_EQ(found.needed(b, kMemoryModels[m]), test.barriers[b].needed[m])
            << on << " without " << test.barriers[b].name;
    }
  }
}

}  // namespace
}  // namespace ptecheck::order
