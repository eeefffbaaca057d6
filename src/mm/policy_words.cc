// SPDX-License-Identifier: GPL-2.0-only
#include "mm/policy_words.h"

#include <algorithm>

namespace ptecheck {

namespace {

constexpr std::array<std::string_view, kCases> kCaseNames = {"lazyfree", "swap-backed", "file",
                                                             "migration", "migration-back"};
constexpr std::array<std::string_view, 4> kTreatNames = {"respect", "first", "or", "and"};
constexpr std::array<std::string_view, 4> kRestoreNames = {"first", "write-protected", "merged",
                                                           "each"};

template <class E, class Names>
std::optional<E> find(const Names& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<E>(at - names.begin());
}

// Takes what is before `separator` off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view word = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return word;
}

Batching byDefault() {
  Batching batching;
  batching.reach = Reach::kAsFarAsEqual;
  return batching;
}

// "write=respect". False: no such thing.
bool apply(std::string_view setting, Batching& batching) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = setting.substr(0, equals), value = setting.substr(equals + 1);
  if (name == "restore") {
    const std::optional<Restore> restore = find<Restore>(kRestoreNames, value);
    if (restore) batching.restore = *restore;
    return restore.has_value();
  }
  const std::optional<Treat> treat = find<Treat>(kTreatNames, value);
  for (const TreatedBit& bit : kTreatedBits) {
    if (bit.name != name || !treat) continue;
    batching.*bit.treat = *treat;
    return true;
  }
  return false;
}

}  // namespace

std::string_view caseName(Case which) { return kCaseNames[static_cast<unsigned>(which)]; }
std::optional<Case> findCase(std::string_view name) { return find<Case>(kCaseNames, name); }
std::string_view treatName(Treat treat) { return kTreatNames[static_cast<unsigned>(treat)]; }
std::string_view restoreName(Restore restore) {
  return kRestoreNames[static_cast<unsigned>(restore)];
}

std::string batchingWords(Case which, const Batching& batching) {
  const Batching plain = byDefault();
  std::string words(caseName(which));
  char separator = ':';
  const auto add = [&](std::string_view name, std::string_view value) {
    words.append(1, separator).append(name).append("=").append(value);
    separator = ',';
  };
  for (const TreatedBit& bit : kTreatedBits)
    if (batching.*bit.treat != plain.*bit.treat) add(bit.name, treatName(batching.*bit.treat));
  if (batching.restore != plain.restore) add("restore", restoreName(batching.restore));
  return words;
}

std::optional<Policy> policyOfWords(std::string_view words) {
  Policy policy;
  policy.name = words;
  policy.summary = "as its name says; all else one entry at a time";
  for (std::string_view rest = words; !rest.empty();) {
    std::string_view settings = take(rest, '~');
    const std::optional<Case> which = findCase(take(settings, ':'));
    if (!which || policy.batches(*which)) return std::nullopt;
    Batching& batching = policy.of(*which);
    batching = byDefault();
    while (!settings.empty())
      if (!apply(take(settings, ','), batching)) return std::nullopt;
  }
  if (words.empty()) return std::nullopt;
  return policy;
}

}  // namespace ptecheck
