// SPDX-License-Identifier: GPL-2.0-only
//
// The laws of format_laws.h on all formats; and that each law can be broken: by a format of the
// past (history.h), or by a plausible mistake.
#include "pte/format_laws.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <type_traits>

#include "pte/architectures.h"
#include "pte/history.h"
#include "pte/test_word.h"

namespace ptecheck {
namespace {

using format_laws::Word;

template <class F>
class FormatLaws : public ::testing::Test {};
template <class List>
struct TypesOf;
template <class... F>
struct TypesOf<FormatList<F...>> {
  using Types = ::testing::Types<F...>;
};
struct IdOf {
  template <class F>
  static std::string GetName(int) {
    std::string id = F::kId;
    for (char& c : id)
      if (c == '-') c = '_';
    return id;
  }
};
TYPED_TEST_SUITE(FormatLaws, TypesOf<AllFormats<>>::Types, IdOf);

TYPED_TEST(FormatLaws, Hold) {
  const format_laws::Broken broken = format_laws::Laws<TypeParam>().broken();
  for (std::size_t law = 0; law < format_laws::kLaws.size(); ++law)
    EXPECT_EQ(broken[law], "") << format_laws::kLaws[law].name << ": "
                               << format_laws::kLaws[law].says << "; seed " << format_laws::kSeed;
}

// How many entries of one page can exist. With permissions none (N), read (R) and write (W), young
// (A), dirty (D), soft-dirty (SD), uffd-wp (WP) and special (S), which no uffd-wp entry combines
// with write. Shadow stacks of x86: valid or protnone, SavedDirty or not, x A SD S.
TEST(FormatLawsTest, EntriesThatCanExistAreCounted) {
  std::map<std::string, std::size_t> counts;
  [&]<class... F>(FormatList<F...>) {
    ((counts[F::kId] = format_laws::madeEntries<F>().size()), ...);
  }(AllFormats<>());
  EXPECT_EQ(counts["x86_64"], 80U + 32U);  // (N,R,W; N,R with WP) x A D SD S; shadow stacks
  EXPECT_EQ(counts["arm64"], 44U);         // ((N,R; N,R with WP) x D; W x 3 kinds of D) x A S
  EXPECT_EQ(counts["arm64-sw"], 40U);      // ... without D=0, RO=0, which hardware makes
  EXPECT_EQ(counts["s390"], 48U);          // (N,R,W) x A D SD S: I and RO follow from these
  EXPECT_EQ(counts["powerpc"], 48U);       // (N,R,W) x A D SD S
  EXPECT_EQ(counts["riscv"], 24U);         // (N,R,W) x A D S
  EXPECT_EQ(counts["riscv-svade"], 24U);   // ... the helpers are the same
  EXPECT_EQ(counts["riscv-svrsw"], 80U);   // (N,R,W; N,R with WP) x A D SD S
  EXPECT_EQ(counts["loongarch"], 28U);     // ((N,R) x M; W x none, M, or D and M) x A S
}

// Names of the laws that a format breaks, in order.
template <class F>
std::string brokenLaws() {
  std::string names;
  const format_laws::Broken broken = format_laws::Laws<F>().broken();
  for (std::size_t law = 0; law < format_laws::kLaws.size(); ++law)
    if (!broken[law].empty())
      names += (names.empty() ? "" : " ") + std::string(format_laws::kLaws[law].name);
  return names;
}

TEST(FormatLawsTest, FormatsOfThePastAreNoticed) {
  std::map<std::string, std::string> noticed;
  forEachHistoryFormat(
      [&]<class F>(std::type_identity<F>) { noticed[F::kHistory.id] = brokenLaws<F>(); });
  const std::map<std::string, std::string> expected = {
      {"alpha-swp-exclusive", "swap-bits"},
      {"arm64-accessible", "used-is-accessible old-is-accessible"},
      {"arm64-mkwrite", "others-stay"},
      {"arm64-modify", "nothing-left-to-change"},
      {"arm64-wrprotect", "dirty-is-not-lost others-stay"},
      {"loongarch-mkdirty", "protnone-is-refused hardware-obeys-write written-is-readable"},
      {"loongarch-mkwrite", "others-stay"},
      {"loongarch-wrprotect", "dirty-is-not-lost"},
      {"x86-advance", "advance-adds advance-keeps-the-rest"},
      {"x86-mkuffd-wp", "change-is-seen uffd-wp-is-not-writable"},
      {"x86-swp-clear-uffd-wp", "swap-bits-clear"},
      {"x86-swp-mkuffd-wp", "swap-offset swap-bits swap-bits-clear"},
      {"x86-swp-soft-dirty", "swap-bits"},
      {"x86-wrprotect", "change-is-seen uffd-wp-is-not-writable"},
  };
  EXPECT_EQ(noticed, expected);
}

// Mistakes that are easily made when a format is written down, and the law that should notice.
struct ForgetsPresentBit : Riscv<> {
  static constexpr const char* kBreaks = "made-is-present";
  static Word page_none() { return kRead; }
};
struct OtherShiftForPfn : Riscv<> {
  static constexpr const char* kBreaks = "made-has-its-page-frame";
  static Word pfn_pte(Word pfn, Word protection) { return (pfn << 12) | protection; }
};
struct NoneLooksAtHardwareOnly : S390<> {
  static constexpr const char* kBreaks = "one-form";
  static bool pte_none(Word pte) { return (pte & kInvalid) != 0; }
};
struct TogglesNx : X86_64<> {
  static constexpr const char* kBreaks = "change-again-is-nothing";
  static Word pte_wrprotect(Word pte) { return X86_64<>::pte_wrprotect(pte) ^ kNx; }
};
struct ClearsReservedBits : Loongarch<> {
  static constexpr const char* kBreaks = "undefined-bits-stay";
  static Word pte_mkclean(Word pte) { return pte & kDefinedBits & ~kDirtyBits; }
};
struct OldIsNotPresent : S390<> {
  static constexpr const char* kBreaks = "stays-present";
  static Word pte_mkold(Word pte) { return pte & ~(kYoung | kPresent); }
};
struct SpecialInThePfn : Powerpc<> {
  static constexpr const char* kBreaks = "page-frame-stays";
  static Word pte_mkspecial(Word pte) { return pte | kSpecial | bit(16); }
};
struct ModifyDropsSoftDirty : Powerpc<> {
  static constexpr const char* kBreaks = "modify-keeps";
  static Word pte_modify(Word pte, Word protection) {
    return (pte & kChangeMask & ~kSoftDirty) | protection;
  }
};
struct ModifyKeepsValid : Riscv<> {
  static constexpr const char* kBreaks = "modify-to-none-is-protnone";
  static Word pte_modify(Word pte, Word protection) {
    return (pte & ~(kProtectionMask & ~kPresent)) | protection;
  }
};
struct ModifyKeepsProtnone : Loongarch<> {
  static constexpr const char* kBreaks = "modify-to-readable-is-not-protnone";
  static Word pte_modify(Word pte, Word protection) {
    return Loongarch<>::pte_modify(pte, protection) | (pte & kProtnone);
  }
};
struct ModifyKeepsWrite : Riscv<> {
  static constexpr const char* kBreaks = "modify-takes-write";
  static Word pte_modify(Word pte, Word protection) {
    return (pte & ~(kProtectionMask & ~kWrite)) | protection;
  }
};
struct ModifyDropsYoung : S390<> {
  static constexpr const char* kBreaks = "modify-keeps-young";
  static Word pte_modify(Word pte, Word protection) {
    return S390<>::pte_modify(pte & ~kYoung, protection);
  }
};
struct YoungStaysInvalid : S390<> {
  static constexpr const char* kBreaks = "progress-of-reads";
  static Word pte_mkyoung(Word pte) { return pte | kYoung; }
};
struct WritableStaysReadOnly : S390<> {
  static constexpr const char* kBreaks = "progress-of-writes";
  static Word pte_mkwrite_novma(Word pte) { return pte | kWrite; }
  static Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
};
struct WriteWithoutRead : Powerpc<> {
  static constexpr const char* kBreaks = "written-is-readable";
  static Word pte_mkwrite_novma(Word pte) { return (pte & ~kRead) | kWrite; }
  static Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
};
struct ProtnoneIsReadable : Powerpc<> {
  static constexpr const char* kBreaks = "protnone-is-refused";
  static bool hw_reads(Word pte) { return (pte & (kPresent | kPte)) == (kPresent | kPte); }
};
struct WritesAreNotYoung : Riscv<> {
  static constexpr const char* kBreaks = "access-is-seen";
  static Word hw_access(Word pte, bool write) { return pte | (write ? kDirty : kAccessed); }
};
struct AccessMarksSoftDirty : Powerpc<> {
  static constexpr const char* kBreaks = "access-keeps-others";
  static Word hw_access(Word pte, bool write) {
    return Powerpc<>::hw_access(pte, write) | kSoftDirty;
  }
};
struct TrapsAndMarks : RiscvSvade<> {
  static constexpr const char* kBreaks = "traps-write-nothing";
  static Word hw_access(Word pte, bool) { return pte | kExec; }
};
struct SwapTypeTooLow : Riscv<> {
  static constexpr const char* kBreaks = "swap-form";
  static Word swp_entry(Word type, Word offset) { return (type << 5) | (offset << 12); }
};
struct SwapIsValid : S390<> {
  static constexpr const char* kBreaks = "swap-is-refused";
  static Word swp_entry(Word type, Word offset) {
    return S390<>::swp_entry(type, offset) & ~kInvalid;
  }
};
struct SwapBitInTheType : Riscv<> {
  static constexpr const char* kBreaks = "swap-type";
  static Word pte_swp_mkexclusive(Word pte) { return pte | bit(7); }
};
struct EmptyIsZero : S390<> {
  static constexpr const char* kBreaks = "none-is-none";
  static Word none() { return 0; }
};
struct EmptyIsMapped : S390<> {
  static constexpr const char* kBreaks = "none-is-refused";
  static Word none() { return 0; }
  static bool pte_none(Word pte) { return pte == 0; }
};
struct NamesTooMuch : Riscv<> {
  static constexpr const char* kBreaks = "names-are-defined";
  static constexpr std::array<BitName, 1> kBitNames = {{{BitName::kPresent, bit(60), "WP"}}};
};
struct NamesTwice : Riscv<> {
  static constexpr const char* kBreaks = "names-do-not-overlap";
  static constexpr std::array<BitName, 2> kBitNames = {
      {{BitName::kPresent, kGlobal, "G"}, {BitName::kPresent, kProtnone, "PN"}}};
};
struct OddTable : S390<> {
  static constexpr const char* kBreaks = "table-size";
  static constexpr unsigned kTableSlots = 255;
};

TEST(FormatLawsTest, EveryLawCanBeBroken) {
  std::string broken;
  [&]<class... F>(std::type_identity<F>...) {
    const auto notice = [&](const std::string& laws, const std::string& expected) {
      EXPECT_NE((" " + laws + " ").find(" " + expected + " "), std::string::npos)
          << "not " << expected << " but " << laws;
      broken += " " + expected + " ";
    };
    (notice(brokenLaws<F>(), F::kBreaks), ...);
  }(std::type_identity<ForgetsPresentBit>(), std::type_identity<OtherShiftForPfn>(),
    std::type_identity<NoneLooksAtHardwareOnly>(), std::type_identity<TogglesNx>(),
    std::type_identity<ClearsReservedBits>(), std::type_identity<OldIsNotPresent>(),
    std::type_identity<SpecialInThePfn>(), std::type_identity<ModifyDropsSoftDirty>(),
    std::type_identity<ModifyKeepsValid>(), std::type_identity<ModifyKeepsProtnone>(),
    std::type_identity<ModifyKeepsWrite>(), std::type_identity<ModifyDropsYoung>(),
    std::type_identity<YoungStaysInvalid>(), std::type_identity<WritableStaysReadOnly>(),
    std::type_identity<WriteWithoutRead>(), std::type_identity<ProtnoneIsReadable>(),
    std::type_identity<WritesAreNotYoung>(), std::type_identity<AccessMarksSoftDirty>(),
    std::type_identity<TrapsAndMarks>(), std::type_identity<SwapTypeTooLow>(),
    std::type_identity<SwapIsValid>(), std::type_identity<SwapBitInTheType>(),
    std::type_identity<EmptyIsZero>(), std::type_identity<EmptyIsMapped>(),
    std::type_identity<NamesTooMuch>(), std::type_identity<NamesTwice>(),
    std::type_identity<OddTable>());
  forEachHistoryFormat(
      [&]<class F>(std::type_identity<F>) { broken += " " + brokenLaws<F>() + " "; });
  for (const format_laws::Law& law : format_laws::kLaws)
    EXPECT_NE(broken.find(" " + std::string(law.name) + " "), std::string::npos)
        << "nothing breaks " << law.name;
}

// A format that works on a word with nothing but the promised operators, and to the same result.
template <class F, class S>
void compareOnTestWords() {
  static_assert(EntryFormat<S>);
  const auto same = [](TestWord a, Word b) { return a.value == b; };
  for (Word pte : format_laws::madeEntries<F>()) {
    const TestWord word(pte);
    ASSERT_TRUE(same(S::pte_wrprotect(word), F::pte_wrprotect(pte))) << F::kId;
    ASSERT_TRUE(same(S::pte_mkwrite(word, false), F::pte_mkwrite(pte, false))) << F::kId;
    ASSERT_TRUE(same(S::pte_mkdirty(word), F::pte_mkdirty(pte))) << F::kId;
    ASSERT_TRUE(same(S::pte_mkclean(word), F::pte_mkclean(pte))) << F::kId;
    ASSERT_TRUE(same(S::pte_mkyoung(word), F::pte_mkyoung(pte))) << F::kId;
    ASSERT_TRUE(same(S::hw_access(word, true), F::hw_access(pte, true))) << F::kId;
    ASSERT_TRUE(same(S::pte_modify(word, S::page_none()), F::pte_modify(pte, F::page_none())));
    ASSERT_TRUE(same(S::pte_advance_pfn(word, TestWord(3)), F::pte_advance_pfn(pte, 3)));
    ASSERT_EQ(S::hw_writes(word, false), F::hw_writes(pte, false)) << F::kId;
    ASSERT_EQ(S::pte_soft_dirty(word), F::pte_soft_dirty(pte)) << F::kId;
  }
  ASSERT_TRUE(same(S::swp_entry(TestWord(1), TestWord(0x1000)), F::swp_entry(1, 0x1000)));
}
TEST(FormatLawsTest, FormatsWorkOnAnyWord) {
  []<class... F, class... S>(FormatList<F...>, FormatList<S...>) {
    (compareOnTestWords<F, S>(), ...);
  }(AllFormats<>(), AllFormats<TestWord>());
}

}  // namespace
}  // namespace ptecheck
