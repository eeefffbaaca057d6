// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <utility>

#include "check/families.h"
#include "check/tree_check.h"

namespace ptecheck {

namespace {

bool has(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

void add(TreeCheck& sum, TreeCheck&& more) {
  addFamily(sum.result, std::move(more.result));
  sum.batches = sum.batches || more.batches;
  sum.new_rules |= more.new_rules;
  std::erase_if(sum.never_ran, [&](const std::string& line) { return !has(more.never_ran, line); });
  for (std::string& line : more.bit_differences)
    if (!has(sum.bit_differences, line)) sum.bit_differences.push_back(std::move(line));
  for (std::string& note : more.notes)
    if (!has(sum.notes, note)) sum.notes.push_back(std::move(note));
}

}  // namespace

TreeCheck checkTreeFamilies(TreeCheckOptions options, const std::vector<Family>& families) {
  TreeCheck sum;
  const std::uint64_t samples = options.search.random_scenarios;
  for (std::size_t i = 0; i < families.size(); ++i) {
    options.search.family = families[i];
    options.search.random_scenarios = samplesIn(families[i], samples);
    TreeCheck check = checkTree(options);
    if (i == 0)
      sum = std::move(check);
    else
      add(sum, std::move(check));
  }
  return sum;
}

}  // namespace ptecheck
