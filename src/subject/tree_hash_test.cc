// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_hash.h"

#include <gtest/gtest.h>

#include "subject/process.h"

namespace ptecheck {
namespace {

TEST(Sha256, KnownAnswers) {  // FIPS 180-4 examples
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, EveryLengthAroundABlockAndEveryCut) {
  const std::string text(200, 'x');
  for (size_t size = 50; size < 140; ++size) {
    const std::string whole = sha256(text.substr(0, size));
    Sha256 cut;
    cut.add(text.substr(0, size / 3));
    cut.add(text.substr(0, size - size / 3));
    EXPECT_EQ(cut.hex(), whole) << size;
    std::string tool = runCommand({{"sha256sum"}, {}, {}, text.substr(0, size)}).output;
    EXPECT_EQ(tool.substr(0, 64), whole) << size;
  }
}

TEST(Sha256, FieldsDoNotRunTogether) {
  Sha256 a, b;
  a.addField("ab"), a.addField("c");
  b.addField("a"), b.addField("bc");
  EXPECT_NE(a.hex(), b.hex());
}

}  // namespace
}  // namespace ptecheck
