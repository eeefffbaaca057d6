// SPDX-License-Identifier: GPL-2.0-only
#include "pte/architectures.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <string>

namespace ptecheck {
namespace {

TEST(Architectures, IdsAreDistinctAndFindTheirFormats) {
  std::set<std::string> ids;
  for (Arch arch = 0; arch < kArchs; ++arch) {
    EXPECT_TRUE(ids.insert(archId(arch)).second) << archId(arch);
    EXPECT_EQ(archOf(archId(arch)), arch);
  }
  EXPECT_EQ(archOf("vax"), kArchs);
  EXPECT_STREQ(archId(kX86), "x86_64");
}

// Names are what counterexamples are printed with: every bit that means something has one.
TEST(Architectures, NamesCoverTheDefinedBitsOfPresentEntries) {
  for (Arch arch = 0; arch < kArchs; ++arch) {
    withFormat(arch, [&]<class F>(std::type_identity<F>) {
      std::uint64_t named = 0;
      for (const BitName& bit : F::kBitNames)
        if (bit.form == BitName::kPresent) named |= bit.mask;
      EXPECT_EQ(named, F::kDefinedBits) << F::kId;
      EXPECT_EQ(F::kPfnMask & F::kDefinedBits, F::kPfnMask) << F::kId;
      EXPECT_EQ(static_cast<unsigned>(std::countr_zero(F::kPfnMask)), F::kPfnShift) << F::kId;
    });
  }
}

TEST(Architectures, ProtectionsAreDifferentAndIncludeThoseWithANameOfTheirOwn) {
  for (Arch arch = 0; arch < kArchs; ++arch) {
    withFormat(arch, [&]<class F>(std::type_identity<F>) {
      const std::set<std::uint64_t> all(F::kProtections.begin(), F::kProtections.end());
      EXPECT_EQ(all.size(), F::kProtections.size()) << F::kId;
      for (std::uint64_t known :
           {F::page_readonly(), F::page_none(), F::pte_mkwrite_novma(F::page_readonly())})
        EXPECT_TRUE(all.count(known)) << F::kId << std::hex << " " << known;
    });
  }
}

}  // namespace
}  // namespace ptecheck
