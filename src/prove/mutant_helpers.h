// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: the helpers of a format with a mistake in one of them, to see whether lemmas notice.
#ifndef PTECHECK_PROVE_MUTANT_HELPERS_H
#define PTECHECK_PROVE_MUTANT_HELPERS_H

#include <cstdint>
#include <span>
#include <vector>

#include "prove/helpers.h"

namespace ptecheck {

// Every helper that a lemma can call, by number.
enum class HelperName : unsigned char {
#define PTECHECK_NAME(name) name,
  PTECHECK_QUESTIONS(PTECHECK_NAME) well_formed,
  write_only,
  hw_writes,  // up to here questions: Bool
  PTECHECK_CHANGES(PTECHECK_NAME) PTECHECK_COMBINATIONS(PTECHECK_NAME) pte_mkwrite,
  hw_access,
  stored,
  batch_clear_ignored,
  kEnd
#undef PTECHECK_NAME
};

// What is wrong with the result of a helper: some bits are cleared, then others flipped. Of a
// question the lowest bit counts, which is "yes".
struct Mutation {
  HelperName helper = HelperName::kEnd;  // kEnd: all helpers are right
  std::uint64_t clear = 0, flip = 0;
};

// Everything that can be wrong with one helper: each bit set, cleared, flipped; the result empty,
// or turned from readable to protnone and back; a question answered with yes, no, the opposite.
inline std::vector<Mutation> mutationsOf(HelperName helper, const WordHelpers& real) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const bool question = helper <= HelperName::hw_writes;
  std::vector<Mutation> all;
  for (unsigned bit = 0; bit < (question ? 1 : 64); ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    all.push_back({helper, mask, mask});
    all.push_back({helper, mask, 0});
    all.push_back({helper, 0, mask});
  }
  if (question) return all;
  all.push_back({helper, kAll, real.none()});
  all.push_back({helper, 0, real.page_readonly() ^ real.page_none()});
  return all;
}

class MutantHelpers : public WordHelpers {
 public:
  explicit MutantHelpers(const WordHelpers& real) : real_(real) {}

  void become(const Mutation& mutation) { mutation_ = mutation; }
  // Which helpers were called since the last time this was asked; one bit each.
  std::uint64_t takeCalled() const {
    const std::uint64_t called = called_;
    called_ = 0;
    return called;
  }

  std::uint64_t pfn_mask() const override { return real_.pfn_mask(); }
  bool has_soft_dirty() const override { return real_.has_soft_dirty(); }
  bool has_uffd_wp() const override { return real_.has_uffd_wp(); }
  bool has_shadow_stack() const override { return real_.has_shadow_stack(); }
  bool can_respect(unsigned fpb) const override { return real_.can_respect(fpb); }
  std::span<const std::uint64_t> protections() const override { return real_.protections(); }
  SwapConfig swap_config() const override { return real_.swap_config(); }
  Word none() const override { return real_.none(); }
  Word page_readonly() const override { return real_.page_readonly(); }
  Word page_none() const override { return real_.page_none(); }

#define PTECHECK_DEFINE(name) \
  Bool name(const Word& pte) const override { return is(HelperName::name, real_.name(pte)); }
  PTECHECK_QUESTIONS(PTECHECK_DEFINE)
  PTECHECK_DEFINE(well_formed)
  PTECHECK_DEFINE(write_only)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name) \
  Word name(const Word& pte) const override { return make(HelperName::name, real_.name(pte)); }
  PTECHECK_CHANGES(PTECHECK_DEFINE)
  PTECHECK_DEFINE(stored)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name)                              \
  Word name(const Word& a, const Word& b) const override { \
    return make(HelperName::name, real_.name(a, b));       \
  }
  PTECHECK_COMBINATIONS(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
  Word pte_mkwrite(const Word& pte, bool shadow_stack) const override {
    return make(HelperName::pte_mkwrite, real_.pte_mkwrite(pte, shadow_stack));
  }
  Bool hw_writes(const Word& pte, bool shadow_stack) const override {
    return is(HelperName::hw_writes, real_.hw_writes(pte, shadow_stack));
  }
  Word hw_access(const Word& pte, bool write) const override {
    return make(HelperName::hw_access, real_.hw_access(pte, write));
  }
  Word batch_clear_ignored(const Word& pte, unsigned fpb) const override {
    return make(HelperName::batch_clear_ignored, real_.batch_clear_ignored(pte, fpb));
  }

 private:
  static_assert(unsigned(HelperName::kEnd) <= 64);

  Word make(HelperName helper, Word result) const {
    called_ |= std::uint64_t{1} << unsigned(helper);
    return helper == mutation_.helper ? (result & ~mutation_.clear) ^ mutation_.flip : result;
  }
  Bool is(HelperName helper, bool result) const { return (make(helper, result) & 1) != 0; }

  const WordHelpers& real_;
  Mutation mutation_;
  mutable std::uint64_t called_ = 0;
};

}  // namespace ptecheck

#endif
