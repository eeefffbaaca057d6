// SPDX-License-Identifier: GPL-2.0-only
//
// Columns of words, in the shape that lemmas are written for: a lemma about columns is evaluated in
// many rows at once, and each call of a helper of a tree is one request to its helper program.
#ifndef PTECHECK_PROVE_COLUMNS_H
#define PTECHECK_PROVE_COLUMNS_H

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "prove/helper_program.h"
#include "prove/tree_provider.h"

namespace ptecheck {

// A truth in each row; one row stands for all.
class ColumnBool {
 public:
  explicit ColumnBool(std::vector<unsigned char> rows) : rows_(std::move(rows)) {}
  bool operator[](std::size_t row) const { return rows_[rows_.size() > 1 ? row : 0] != 0; }
  std::size_t size() const { return rows_.size(); }

  friend ColumnBool operator!(const ColumnBool& a) {
    std::vector<unsigned char> rows(a.rows_);
    for (unsigned char& row : rows) row = !row;
    return ColumnBool(std::move(rows));
  }
  friend ColumnBool operator&&(const ColumnBool& a, const ColumnBool& b) {
    return both(a, b, [](bool x, bool y) { return x && y; });
  }
  friend ColumnBool operator||(const ColumnBool& a, const ColumnBool& b) {
    return both(a, b, [](bool x, bool y) { return x || y; });
  }

 private:
  template <class Op>
  static ColumnBool both(const ColumnBool& a, const ColumnBool& b, Op op) {
    std::vector<unsigned char> rows(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = op(a[i], b[i]);
    return ColumnBool(std::move(rows));
  }
  std::vector<unsigned char> rows_;
};

// A word in each row; one row stands for all.
class ColumnWord {
 public:
  explicit ColumnWord(std::uint64_t value) : ColumnWord(std::vector<std::uint64_t>{value}) {}
  explicit ColumnWord(std::vector<std::uint64_t> rows)
      : rows_(std::make_shared<const std::vector<std::uint64_t>>(std::move(rows))) {}
  std::uint64_t operator[](std::size_t row) const { return (*rows_)[size() > 1 ? row : 0]; }
  std::size_t size() const { return rows_->size(); }
  const std::vector<std::uint64_t>& rows() const { return *rows_; }

  friend ColumnWord operator&(const ColumnWord& a, const ColumnWord& b) {
    return both(a, b, [](std::uint64_t x, std::uint64_t y) { return x & y; });
  }
  friend ColumnWord operator|(const ColumnWord& a, const ColumnWord& b) {
    return both(a, b, [](std::uint64_t x, std::uint64_t y) { return x | y; });
  }
  friend ColumnWord operator^(const ColumnWord& a, const ColumnWord& b) {
    return both(a, b, [](std::uint64_t x, std::uint64_t y) { return x ^ y; });
  }
  friend ColumnWord operator+(const ColumnWord& a, const ColumnWord& b) {
    return both(a, b, [](std::uint64_t x, std::uint64_t y) { return x + y; });
  }
  friend ColumnWord operator-(const ColumnWord& a, const ColumnWord& b) {
    return both(a, b, [](std::uint64_t x, std::uint64_t y) { return x - y; });
  }
  friend ColumnWord operator~(const ColumnWord& a) { return a ^ ColumnWord(~std::uint64_t{0}); }
  friend ColumnBool operator==(const ColumnWord& a, const ColumnWord& b) {
    std::vector<unsigned char> rows(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = a[i] == b[i];
    return ColumnBool(std::move(rows));
  }
  friend ColumnBool operator!=(const ColumnWord& a, const ColumnWord& b) { return !(a == b); }
  friend ColumnWord select(const ColumnBool& condition, const ColumnWord& yes,
                           const ColumnWord& no) {
    std::vector<std::uint64_t> rows(std::max({condition.size(), yes.size(), no.size()}));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = condition[i] ? yes[i] : no[i];
    return ColumnWord(std::move(rows));
  }

 private:
  template <class Op>
  static ColumnWord both(const ColumnWord& a, const ColumnWord& b, Op op) {
    std::vector<std::uint64_t> rows(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = op(a[i], b[i]);
    return ColumnWord(std::move(rows));
  }
  std::shared_ptr<const std::vector<std::uint64_t>> rows_;
};

// The model's format, row by row.
class ColumnModel : public Helpers<ColumnWord> {
 public:
  explicit ColumnModel(const Helpers<std::uint64_t>& model) : model_(model) {}

  std::uint64_t pfn_mask() const override { return model_.pfn_mask(); }
  bool has_soft_dirty() const override { return model_.has_soft_dirty(); }
  bool has_uffd_wp() const override { return model_.has_uffd_wp(); }
  bool has_shadow_stack() const override { return model_.has_shadow_stack(); }
  bool can_respect(unsigned fpb) const override { return model_.can_respect(fpb); }
  std::span<const std::uint64_t> protections() const override { return model_.protections(); }
  SwapConfig swap_config() const override { return model_.swap_config(); }
  ColumnWord none() const override { return ColumnWord(model_.none()); }
  ColumnWord page_readonly() const override { return ColumnWord(model_.page_readonly()); }
  ColumnWord page_none() const override { return ColumnWord(model_.page_none()); }
#define PTECHECK_DEFINE(name)                                   \
  ColumnBool name(const ColumnWord& pte) const override {       \
    return truths(pte, [&](auto w) { return model_.name(w); }); \
  }
  PTECHECK_QUESTIONS(PTECHECK_DEFINE)
  PTECHECK_DEFINE(well_formed)
  PTECHECK_DEFINE(write_only)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name)                                  \
  ColumnWord name(const ColumnWord& pte) const override {      \
    return words(pte, [&](auto w) { return model_.name(w); }); \
  }
  PTECHECK_CHANGES(PTECHECK_DEFINE)
  PTECHECK_DEFINE(stored)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name)                                                        \
  ColumnWord name(const ColumnWord& a, const ColumnWord& b) const override {         \
    std::vector<std::uint64_t> rows(std::max(a.size(), b.size()));                   \
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = model_.name(a[i], b[i]); \
    return ColumnWord(std::move(rows));                                              \
  }
  PTECHECK_COMBINATIONS(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
  ColumnWord pte_mkwrite(const ColumnWord& pte, bool shadow_stack) const override {
    return words(pte, [&](auto w) { return model_.pte_mkwrite(w, shadow_stack); });
  }
  ColumnBool hw_writes(const ColumnWord& pte, bool shadow_stack) const override {
    return truths(pte, [&](auto w) { return model_.hw_writes(w, shadow_stack); });
  }
  ColumnWord hw_access(const ColumnWord& pte, bool write) const override {
    return words(pte, [&](auto w) { return model_.hw_access(w, write); });
  }
  ColumnWord batch_clear_ignored(const ColumnWord& pte, unsigned fpb) const override {
    return words(pte, [&](auto w) { return model_.batch_clear_ignored(w, fpb); });
  }

 private:
  template <class Of>
  static ColumnBool truths(const ColumnWord& pte, Of of) {
    std::vector<unsigned char> rows(pte.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = of(pte[i]);
    return ColumnBool(std::move(rows));
  }
  template <class Of>
  static ColumnWord words(const ColumnWord& pte, Of of) {
    std::vector<std::uint64_t> rows(pte.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = of(pte[i]);
    return ColumnWord(std::move(rows));
  }
  const Helpers<std::uint64_t>& model_;
};

// A tree's helpers on columns. What has been asked is remembered: most lemmas about a column ask
// the same questions of it.
class ColumnProvider : public TreeProvider<ColumnWord> {
 public:
  ColumnProvider(const ColumnModel& model, HelperProgram& program)
      : TreeProvider(model), program_(program) {}

 private:
  // Equal columns are told by where their rows are; single words by their value.
  using Name = std::pair<const void*, std::uint64_t>;
  struct Answer {
    ColumnWord a, b, result;  // a and b are kept, so that no other column takes their place
  };

  static Name nameOf(const ColumnWord& word) {
    return word.size() > 1 ? Name(&word.rows(), 0) : Name(nullptr, word[0]);
  }
  bool hasHelper(unsigned helper) const override { return program_.has(helper); }
  ColumnWord call(unsigned helper, const ColumnWord& a, const ColumnWord& b) const override {
    const auto key = std::tuple(helper, nameOf(a), nameOf(b));
    const auto known = answers_.find(key);
    if (known != answers_.end()) return known->second.result;
    std::vector<std::uint64_t> rows(std::max(a.size(), b.size()));
    program_.call(helper, a.rows(), b.rows(), rows);
    const ColumnWord result(std::move(rows));
    answers_.emplace(key, Answer{a, b, result});
    return result;
  }

  HelperProgram& program_;
  mutable std::map<std::tuple<unsigned, Name, Name>, Answer> answers_;
};

}  // namespace ptecheck

#endif
