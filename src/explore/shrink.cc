// SPDX-License-Identifier: GPL-2.0-only
#include "explore/shrink.h"

#include <algorithm>
#include <utility>

#include "scenario/stop.h"

namespace ptecheck {

namespace {

Choices trimmed(Choices list) {
  while (!list.empty() && list.back() == 0) list.pop_back();
  return list;
}

// One attempt: accepted if the finding stays and the list really got simpler.
class Attempt {
 public:
  Attempt(Choices best, const StillFails& still_fails)
      : best_(std::move(best)), still_fails_(still_fails) {}

  const Choices& best() const { return best_; }

  bool operator()(const Choices& tried) {
    Choices used;
    if (stopRequested() || !simpler(trimmed(tried), best_) || !still_fails_(tried, &used))
      return false;
    used = trimmed(std::move(used));
    if (!simpler(used, best_)) return false;
    best_ = std::move(used);
    return true;
  }

 private:
  Choices best_;
  const StillFails& still_fails_;
};

bool removeBlocks(Attempt& attempt) {
  bool better = false;
  for (std::size_t block = std::max<std::size_t>(attempt.best().size() / 2, 1); block > 0;
       block /= 2) {
    for (std::size_t at = 0; at + block <= attempt.best().size();) {
      Choices tried = attempt.best();
      tried.erase(tried.begin() + static_cast<std::ptrdiff_t>(at),
                  tried.begin() + static_cast<std::ptrdiff_t>(at + block));
      if (attempt(tried))
        better = true;
      else
        ++at;
    }
  }
  return better;
}

bool lowerDigits(Attempt& attempt) {
  bool better = false;
  for (std::size_t i = 0; i < attempt.best().size(); ++i) {
    for (unsigned candidate = 0; i < attempt.best().size() && candidate < attempt.best()[i];) {
      Choices tried = attempt.best();
      tried[i] = candidate;
      if (attempt(tried)) {
        better = true;
        break;
      }
      // Close in on the present digit; small ones are tried one by one.
      unsigned gap = attempt.best()[i] - candidate;
      candidate += gap > 16 ? gap / 2 : 1;
    }
  }
  return better;
}

bool lowerPairs(Attempt& attempt) {
  // Quadratic: only where that is cheap.
  constexpr std::size_t kLongest = 40;
  if (attempt.best().size() > kLongest) return false;
  for (std::size_t i = 0; i < attempt.best().size(); ++i)
    for (std::size_t j = i + 1; j < attempt.best().size(); ++j) {
      if (attempt.best()[i] == 0) break;
      Choices tried = attempt.best();
      --tried[i];
      for (unsigned other = 0; other <= attempt.best()[j] + 1; ++other) {
        tried[j] = other;
        if (attempt(tried)) return true;
      }
    }
  return false;
}

}  // namespace

bool simpler(const Choices& a, const Choices& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    unsigned left = i < a.size() ? a[i] : 0;
    unsigned right = i < b.size() ? b[i] : 0;
    if (left != right) return left < right;
  }
  return false;
}

Choices shrink(Choices failing, const StillFails& still_fails) {
  Attempt attempt(trimmed(std::move(failing)), still_fails);
  while (removeBlocks(attempt) || lowerDigits(attempt) || lowerPairs(attempt)) {
  }
  return attempt.best();
}

}  // namespace ptecheck
