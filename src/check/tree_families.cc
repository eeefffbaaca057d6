// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <utility>

#include "check/expected.h"
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
  const Progress progress = options.search.progress;
  std::vector<SearchOptions> searches;
  std::vector<std::uint64_t> expected(families.size());  // only if somebody waits
  const std::uint64_t rows = options.patches.empty() ? 1 : 2;
  std::uint64_t before = 0, after = 0;
  for (std::size_t i = 0; i < families.size(); ++i) {
    SearchOptions& search = searches.emplace_back(options.search);
    search.family = families[i];
    search.random_scenarios = samplesIn(families[i], options.search.random_scenarios);
    if (progress) after += expected[i] = rows * expectedScenarios(search);
  }
  for (std::size_t i = 0; i < families.size(); ++i) {
    // What was found so far is worth more than a family that is only begun.
    if (i != 0 && stopRequested()) {
      for (Row& row : sum.result.rows) row.stopped = true;
      sum.result.stopped_of =
          sum.result.stopped_of.value_or(sum.result.scenarios()) + expectedScenarios(searches[i]);
      sum.never_ran.clear();
      continue;
    }
    after -= expected[i];
    options.search = searches[i];
    options.search.progress = amid(progress, before, after);
    before += expected[i];
    try {
      TreeCheck check = checkTree(options);
      if (i == 0)
        sum = std::move(check);
      else
        add(sum, std::move(check));
    } catch (const Error& error) {
      if (i == 0 || error.kind() != ErrorKind::kStopped) throw;
      --i;  // stopped before it began
    }
  }
  return sum;
}

}  // namespace ptecheck
