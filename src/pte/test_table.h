// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: a page table of a few entries, all of which map one folio that begins with page frame
// kPfn (aligned to a block).
#ifndef PTECHECK_PTE_TEST_TABLE_H
#define PTECHECK_PTE_TEST_TABLE_H

#include <cstdint>
#include <utility>
#include <vector>

#include "pte/page_table.h"

namespace ptecheck {

struct TestFolio {
  static constexpr std::uint64_t kPfn = 0x400;
  std::uint64_t pages = 64;

  bool inOneFolio(std::uint64_t pfn, unsigned nr) const {
    return pfn >= kPfn && pfn + nr <= kPfn + pages;
  }
};

template <EntryFormat F>
struct TestTable : PageTable<F, TestFolio> {
  using Word = typename F::Word;

  explicit TestTable(std::vector<Word> content)
      : PageTable<F, TestFolio>(content.data(), folio, tlb), entries(std::move(content)) {}
  TestTable(const TestTable&) = delete;

  TestFolio folio;
  TlbFlushes tlb;
  std::vector<Word> entries;
};

}  // namespace ptecheck

#endif
