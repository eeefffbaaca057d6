// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_HELPER_PROGRAM_H
#define PTECHECK_PROVE_HELPER_PROGRAM_H

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prove/tree_helpers.h"

namespace ptecheck {

// A running helper program (kernel_agent/helpers_main.c): a tree's own helpers, called on columns
// of words. One request calls one helper on up to HELPER_ROWS rows, through shared memory.
class HelperProgram {
 public:
  // Throws Error(kCannotTest) if it does not start.
  explicit HelperProgram(const TreeHelpersBuild& build);
  ~HelperProgram();
  HelperProgram(const HelperProgram&) = delete;
  HelperProgram& operator=(const HelperProgram&) = delete;

  bool has(unsigned helper) const { return has_[helper]; }

  // out[i] = helper(a[i], b[i]). A column of one word stands for that word in every row; an empty
  // one for zeros. Throws Error(kCannotTest) with the reason if the program ends.
  void call(unsigned helper, std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
            std::span<std::uint64_t> out);
  std::uint64_t call(unsigned helper, std::uint64_t a = 0, std::uint64_t b = 0);

  // Sets `bytes` bytes (1, 2, 4 or 8) of a variable of the program; false if there is no such
  // variable. `bytes` are those of the program's own byte order.
  bool store(const std::string& variable, std::int64_t offset, unsigned bytes, std::uint64_t value);
  // Reads one; nothing if there is no such variable.
  std::optional<std::uint64_t> fetch(const std::string& variable, std::int64_t offset,
                                     unsigned bytes);
  // As it was when it started: all variables at their first values.
  void restart();

 private:
  std::uint64_t request(std::uint64_t command, std::uint64_t a, std::uint64_t b, std::uint64_t c);
  void start();
  std::string stop();
  std::uint64_t* column(unsigned i) { return columns_ + std::size_t{i} * HELPER_ROWS; }
  void fill(unsigned column, std::span<const std::uint64_t> words, std::size_t from,
            std::size_t rows);

  const TreeHelpersBuild build_;
  int memory_ = -1, errors_ = -1, to_ = -1, from_ = -1;
  pid_t pid_ = 0;
  std::uint64_t* columns_ = nullptr;
  std::vector<bool> has_;
  unsigned running_ = 0;
};

}  // namespace ptecheck

#endif
