// SPDX-License-Identifier: GPL-2.0-only
#include "smp/entry_table.h"

#include <stdexcept>
#include <type_traits>
#include <unordered_map>

#include "scenario/flat.h"

namespace ptecheck {

namespace {

constexpr std::uint64_t kFirstFrame = FOLIO_PFN, kFirstPlace = SWAP_OFFSET;

template <class F>
std::uint32_t factsOf(std::uint64_t word) {
  using W = typename F::Word;
  const W pte(word);
  std::uint32_t facts = 0;
  const auto add = [&facts](Fact fact, bool holds) {
    facts |= std::uint32_t{holds} << static_cast<unsigned>(fact);
  };
  if (F::pte_none(pte)) return 0;
  add(Fact::kPresent, F::pte_present(pte));
  if (F::pte_present(pte)) {
    add(Fact::kWrite, F::pte_write(pte));
    add(Fact::kDirty, F::pte_dirty(pte));
    add(Fact::kYoung, F::pte_young(pte));
    add(Fact::kSoftDirty, F::pte_soft_dirty(pte));
    add(Fact::kUffdWp, F::pte_uffd_wp(pte));
    add(Fact::kSpecial, F::pte_special(pte));
    add(Fact::kAccessible, F::pte_accessible(pte));
    add(Fact::kClearFlushes, F::clear_flushes(pte));
    add(Fact::kHwReads, F::hw_reads(pte));
    add(Fact::kHwWrites, F::hw_writes(pte, false));
    add(Fact::kHwStoreChanges, F::hw_writes(pte, false) && F::hw_access(pte, true) != pte);
  } else {
    add(Fact::kSwpExclusive, F::pte_swp_exclusive(pte));
    add(Fact::kSwpSoftDirty, F::pte_swp_soft_dirty(pte));
    add(Fact::kSwpUffdWp, F::pte_swp_uffd_wp(pte));
  }
  return facts;
}

// What `how` makes of a word; the same word where it cannot be done.
template <class F>
std::uint64_t changed(std::uint64_t word, Change how) {
  const typename F::Word pte(word);
  const bool present = F::pte_present(pte);
  const bool swap = !present && !F::pte_none(pte);
  switch (how) {
    case Change::kWrprotect:
      return present ? F::pte_wrprotect(pte) : pte;
    case Change::kMkdirty:
      return present ? F::pte_mkdirty(pte) : pte;
    case Change::kMkclean:
      return present ? F::pte_mkclean(pte) : pte;
    case Change::kMkyoung:
      return present ? F::pte_mkyoung(pte) : pte;
    case Change::kMkold:
      return present ? F::pte_mkold(pte) : pte;
    // Whoever is to be told of a write does not get it permitted (page_table_check's WARN).
    case Change::kMkwrite:
      return present && !F::pte_uffd_wp(pte) ? F::pte_mkwrite(pte, false) : pte;
    case Change::kMksoftDirty:
      return present ? F::pte_mksoft_dirty(pte) : pte;
    case Change::kClearSoftDirty:
      return present ? F::pte_clear_soft_dirty(pte) : pte;
    case Change::kMkuffdWp:
      return present ? F::pte_mkuffd_wp(pte) : pte;
    case Change::kClearUffdWp:
      return present ? F::pte_clear_uffd_wp(pte) : pte;
    case Change::kModifyReadonly:
      return present ? F::pte_modify(pte, F::page_readonly()) : pte;
    case Change::kHwLoad:
      return present && F::hw_reads(pte) ? F::hw_access(pte, false) : pte;
    case Change::kHwStore:
      return present && F::hw_writes(pte, false) ? F::hw_access(pte, true) : pte;
    case Change::kSwpMkexclusive:
      return swap ? F::pte_swp_mkexclusive(pte) : pte;
    case Change::kSwpMksoftDirty:
      return swap ? F::pte_swp_mksoft_dirty(pte) : pte;
    case Change::kSwpMkuffdWp:
      return swap ? F::pte_swp_mkuffd_wp(pte) : pte;
  }
  return pte;
}

}  // namespace

template <class F>
void EntryTable::build() {
  using W = typename F::Word;
  std::unordered_map<std::uint64_t, std::uint8_t> numbers;
  const auto number = [&](std::uint64_t word) {
    const auto [at, is_new] = numbers.try_emplace(word, static_cast<std::uint8_t>(words_.size()));
    if (is_new) {
      if (words_.size() == 256) throw std::logic_error("an architecture has more than 256 forms");
      words_.push_back(word);
    }
    return at->second;
  };
  number(F::none());
  readonly_ = number(F::pfn_pte(W(kFirstFrame), F::page_readonly()));
  zero_page_ = number(F::pte_mkspecial(F::pfn_pte(W(kFirstFrame), F::page_readonly())));
  swap_ = number(F::swp_entry(W(SWAP_TYPE), W(kFirstPlace)));
  for (std::size_t i = 0; i < words_.size(); ++i) {  // grows on the way
    facts_.push_back(factsOf<F>(words_[i]));
    // The page of zeroes is mapped, touched and replaced; nothing else.
    const bool zero = facts_[i] >> static_cast<unsigned>(Fact::kSpecial) & 1;
    for (unsigned how = 0; how < kChanges; ++how) {
      const bool skip = zero && static_cast<Change>(how) == Change::kMkwrite;
      const std::uint64_t word = skip ? words_[i] : changed<F>(words_[i], static_cast<Change>(how));
      changes_[how].push_back(number(word));
    }
  }
  has_soft_dirty_ = F::kHasSoftDirty;
  has_uffd_wp_ = F::kHasUffdWp;
  defers_tlb_flush_ = F::kDefersTlbFlush;
  broadcasts_tlbi_ = std::string_view(F::kKernelArch) == "arm64";
  clear_invalidates_ = std::string_view(F::kKernelArch) == "s390";
}

EntryTable::EntryTable(Arch arch) : arch_(arch) {
  withFormat(arch, [this]<class F>(std::type_identity<F>) { build<F>(); });
}

std::uint64_t EntryTable::word(Entry entry) const {
  return withFormat(arch_, [&]<class F>(std::type_identity<F>) -> std::uint64_t {
    using W = typename F::Word;
    const std::uint64_t word = words_[entry.form];
    if (none(entry)) return word;
    if (pte_present(entry)) return F::pte_advance_pfn(W(word), W(entry.frame));
    const auto at = [](std::uint64_t place) { return F::swp_entry(W(SWAP_TYPE), W(place)); };
    return word ^ at(kFirstPlace) ^ at(kFirstPlace + entry.frame);
  });
}

}  // namespace ptecheck
