// SPDX-License-Identifier: GPL-2.0-only
#include "smp/setup.h"

#include <gtest/gtest.h>

#include "scenario/error.h"

namespace ptecheck {
namespace {

TEST(Setup, ReadsWhatItPrints) {
  for (const char* text :
       {"anon/1:reclaim", "lazyfree/2/child:reclaim,user=S0L1,child=L1", "file/1:writeback,munmap",
        "anon/2:gup=S1,dontneed@1,free@0", "anon/1:mprotect,clear-refs,pagemap-scan"}) {
    SmpSetup setup;
    parse(text, setup);
    EXPECT_EQ(print(setup), text);
  }
}

TEST(Setup, SaysWhatIsWrongWithAText) {
  for (const auto& [text, word] : {std::pair{"hugetlb/1:reclaim", "hugetlb"},
                                   {"anon/3:reclaim", "pages"},
                                   {"anon/1/kid:reclaim", "kid"},
                                   {"anon/1:", "no actors"},
                                   {"anon/1:sleep", "sleep"},
                                   {"anon/1:user", "user=S0"},
                                   {"anon/1:user=S1", "S1"},
                                   {"anon/1:user=X0", "X0"},
                                   {"anon/1:user=S", "at most"},
                                   {"anon/1:gup=S0S0", "one access"},
                                   {"anon/1:reclaim=S0", "Only user"},
                                   {"anon/1:dontneed@1", "range"},
                                   {"anon/1:free,free,free,free", "more than 3"}}) {
    SmpSetup setup;
    try {
      parse(text, setup);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }
}

TEST(Setup, KnowsWhatMakesNoSense) {
  const auto why = [](const char* text, bool soft_dirty = true, bool uffd_wp = true) {
    SmpSetup setup;
    parse(text, setup);
    const char* reason = senseless(setup, soft_dirty, uffd_wp);
    return std::string(reason ? reason : "");
  };
  EXPECT_EQ(why("anon/1:reclaim,user=S0"), "");
  EXPECT_EQ(why("anon/1:fork,child=S0"), "");
  EXPECT_NE(why("anon/1:fork,fork"), "");
  EXPECT_NE(why("anon/1/child:mremap"), "");
  EXPECT_NE(why("anon/1:reclaim,child=L0"), "");
  EXPECT_NE(why("anon/1:reclaim,reclaim"), "");
  EXPECT_NE(why("file/1:free"), "");
  EXPECT_NE(why("anon/1:writeback"), "");
  EXPECT_NE(why("lazyfree/1:unmap-sync"), "");
  EXPECT_EQ(why("anon/1:clear-refs"), "");
  EXPECT_NE(why("anon/1:clear-refs", false), "");
  EXPECT_NE(why("anon/1:pagemap-scan", true, false), "");
}

}  // namespace
}  // namespace ptecheck
