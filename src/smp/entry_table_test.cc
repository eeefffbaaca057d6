// SPDX-License-Identifier: GPL-2.0-only
#include "smp/entry_table.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "pte/architectures.h"
#include "scenario/history.h"

namespace ptecheck {
namespace {

// Numbers of forms, so that an accident that doubles them, and the states, is noticed.
TEST(EntryTable, HasFewForms) {
  std::string forms;
  for (Arch arch = 0; arch < kArchs; ++arch)
    forms += std::string(archId(arch)) + " " + std::to_string(EntryTable(arch).forms()) + "\n";
  EXPECT_EQ(forms,
            "x86_64 49\narm64 27\narm64-sw 25\ns390 29\npowerpc 29\nriscv 15\nriscv-svade 15\n"
            "riscv-svrsw 49\nloongarch 15\n");
}

TEST(EntryTable, TellsAndChangesWhatTheFormatDoes) {
  for (Arch arch = 0; arch < kArchs; ++arch) {
    const EntryTable table(arch);
    withFormat(arch, [&]<class F>(std::type_identity<F>) {
      using W = typename F::Word;
      for (unsigned form = 1; form < table.forms(); ++form) {
        for (unsigned frame = 0; frame < kMaxFrames; ++frame) {
          const Entry entry{static_cast<std::uint8_t>(form), static_cast<std::uint8_t>(frame)};
          const W word(table.word(entry));
          ASSERT_EQ(table.pte_present(entry), F::pte_present(word));
          if (!F::pte_present(word)) {
            EXPECT_EQ(table.is(entry, Fact::kSwpExclusive), F::pte_swp_exclusive(word));
            EXPECT_EQ(table.is(entry, Fact::kSwpSoftDirty), F::pte_swp_soft_dirty(word));
            EXPECT_EQ(table.is(entry, Fact::kSwpUffdWp), F::pte_swp_uffd_wp(word));
            EXPECT_EQ(table.word(table.change(entry, Change::kSwpMkexclusive)),
                      std::uint64_t{F::pte_swp_mkexclusive(word)});
            continue;
          }
          EXPECT_EQ(std::uint64_t{F::pte_pfn(word)},
                    std::uint64_t{F::pte_pfn(W(table.word(table.mk_pte(0))))} + frame);
          EXPECT_EQ(table.pte_write(entry), F::pte_write(word));
          EXPECT_EQ(table.pte_dirty(entry), F::pte_dirty(word));
          EXPECT_EQ(table.pte_young(entry), F::pte_young(word));
          EXPECT_EQ(table.pte_soft_dirty(entry), F::pte_soft_dirty(word));
          EXPECT_EQ(table.pte_uffd_wp(entry), F::pte_uffd_wp(word));
          EXPECT_EQ(table.hw_reads(entry), F::hw_reads(word));
          EXPECT_EQ(table.hw_writes(entry), F::hw_writes(word, false));
          EXPECT_EQ(table.word(table.pte_wrprotect(entry)), std::uint64_t{F::pte_wrprotect(word)});
          EXPECT_EQ(table.word(table.pte_mkdirty(entry)), std::uint64_t{F::pte_mkdirty(word)});
          EXPECT_EQ(table.word(table.pte_mkclean(entry)), std::uint64_t{F::pte_mkclean(word)});
          EXPECT_EQ(table.word(table.pte_mkold(entry)), std::uint64_t{F::pte_mkold(word)});
          EXPECT_EQ(table.word(table.pte_mkyoung(entry)), std::uint64_t{F::pte_mkyoung(word)});
          EXPECT_EQ(table.word(table.pte_mkuffd_wp(entry)), std::uint64_t{F::pte_mkuffd_wp(word)});
          EXPECT_EQ(table.word(table.pte_clear_uffd_wp(entry)),
                    std::uint64_t{F::pte_clear_uffd_wp(word)});
          EXPECT_EQ(table.word(table.pte_mksoft_dirty(entry)),
                    std::uint64_t{F::pte_mksoft_dirty(word)});
          EXPECT_EQ(table.word(table.pte_clear_soft_dirty(entry)),
                    std::uint64_t{F::pte_clear_soft_dirty(word)});
          EXPECT_EQ(table.word(table.change(entry, Change::kModifyReadonly)),
                    std::uint64_t{F::pte_modify(word, F::page_readonly())});
          if (F::hw_reads(word)) {
            EXPECT_EQ(table.word(table.change(entry, Change::kHwLoad)),
                      std::uint64_t{F::hw_access(word, false)});
          }
          if (F::hw_writes(word, false)) {
            EXPECT_EQ(table.word(table.change(entry, Change::kHwStore)),
                      std::uint64_t{F::hw_access(word, true)});
          }
          if (!F::pte_special(word) && !F::pte_uffd_wp(word)) {
            EXPECT_EQ(table.word(table.pte_mkwrite(entry)),
                      std::uint64_t{F::pte_mkwrite(word, false)});
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace ptecheck
