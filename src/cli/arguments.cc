// SPDX-License-Identifier: GPL-2.0-only
#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "check/families.h"
#include "check/model_check.h"
#include "mm/policy_words.h"
#include "prove/choose_lemmas.h"
#include "prove/prover.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

constexpr std::uint64_t kMostJobs = 1024;
constexpr std::uint64_t kMostShares = 1000000;
constexpr std::uint64_t kMostDeviations = 20;

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::kUsage, message); }

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// How many letters must be added, removed, replaced or swapped with the next to make one word of
// the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

// Does `text` look like `pattern`, where * is any letters, also none?
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, taken = 0;  // taken: by the last star
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {  // the last star takes one letter more
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// `kind`: "policy", "rule", "mutant", "lemma"; `plural` as `ptecheck list` takes it.
[[noreturn]] void rejectName(std::string_view kind, std::string_view plural, std::string_view name,
                             const std::vector<std::string_view>& names) {
  const std::string_view nearest = nearestName(name, names);
  reject(fmt::format("there is no {} '{}'.{} `ptecheck list {}` names all there are", kind, name,
                     nearest.empty() ? "" : fmt::format(" Did you mean '{}'?", nearest), plural));
}

void requirePolicy(std::string_view name) {
  if (findPolicy(name) != nullptr || policyOfWords(name)) return;
  std::vector<std::string_view> names;
  for (const Policy& policy : policies()) names.push_back(policy.name);
  rejectName("policy", "policies", name, names);
}

const MutantInfo& requireMutant(std::string_view name) {
  if (const MutantInfo* info = findMutant(name)) return *info;
  std::vector<std::string_view> names;
  for (const MutantInfo& info : mutants()) names.push_back(info.name);
  rejectName("mutant", "mutants", name, names);
}

}  // namespace

std::uint64_t parseNumber(std::string_view option, std::string_view text, std::uint64_t least,
                          std::uint64_t most) {
  const std::optional<std::uint64_t> number = decimal(text);
  if (!number || *number < least || *number > most)
    reject(fmt::format("{} takes a number from {} to {}, not '{}'", option, least, most, text));
  return *number;
}

Share parseShare(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<std::uint64_t> index = decimal(text.substr(0, slash));
  std::optional<std::uint64_t> count;
  if (slash != std::string_view::npos) count = decimal(text.substr(slash + 1));
  if (!index || !count || *count < 1 || *count > kMostShares || *index < 1 || *index > *count)
    reject(fmt::format(
        "--share takes I/N, the I-th of N shares (1/4 to 4/4, for instance; N at most {}), "
        "not '{}'",
        kMostShares, text));
  return {static_cast<std::size_t>(*index - 1), static_cast<std::size_t>(*count)};
}

std::array<std::uint8_t, 3> parseDeviations(std::string_view text) {
  std::array<std::uint8_t, 3> budgets{};
  std::string_view rest = text;
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    const std::size_t dot = rest.find('.');
    const bool last = i + 1 == budgets.size();
    const std::optional<std::uint64_t> number = decimal(rest.substr(0, dot));
    if (!number || *number > kMostDeviations || (dot == std::string_view::npos) != last)
      reject(fmt::format(
          "--deviations takes three numbers from 0 to {}, for folios of 1, 2 and 4 pages, as "
          "in 3.2.1, not '{}'",
          kMostDeviations, text));
    budgets[i] = static_cast<std::uint8_t>(*number);
    if (!last) rest.remove_prefix(dot + 1);
  }
  return budgets;
}

RuleSet parseRules(const std::vector<std::string>& names, RuleSet judged) {
  if (names.empty()) return kAllRules;
  RuleSet rules = 0;
  for (const std::string& name : names) {
    const std::optional<Rule> rule = findRule(name);
    if (!rule) {
      std::vector<std::string_view> known;
      for (const RuleInfo& info : ruleTable()) known.push_back(info.name);
      rejectName("rule", "rules", name, known);
    }
    rules |= ruleBit(*rule);
  }
  if ((rules & judged) == 0)
    reject(judged == kScenarioRules
               ? fmt::format("only several processors at once can break {} (--concurrent), and no "
                             "scenario: nothing would be checked",
                             ruleNames(rules))
               : fmt::format("no history can break {}: nothing would be checked (leave "
                             "--concurrent out)",
                             ruleNames(rules)));
  return rules;
}

std::vector<Policy> parsePolicies(const std::vector<std::string>& names,
                                  const std::string& mutant) {
  std::vector<std::string> wanted = names;
  if (wanted.empty() && !mutant.empty()) wanted.emplace_back(requireMutant(mutant).base);
  if (wanted.empty())
    for (const Policy& policy : policies()) wanted.emplace_back(policy.name);

  std::vector<Policy> chosen;
  for (const std::string& name : wanted) {
    const std::size_t plus = name.find('+');
    // A mutant's name alone stands for it on the policy it is made for.
    if (plus != std::string::npos || !mutant.empty() || findMutant(name) == nullptr)
      requirePolicy(std::string_view(name).substr(0, plus));
    if (plus != std::string::npos) requireMutant(std::string_view(name).substr(plus + 1));
    if (!mutant.empty()) requireMutant(mutant);
    if (plus != std::string::npos && !mutant.empty())
      reject(
          fmt::format("'{}' names a mutant already, so --mutant {} cannot be added", name, mutant));
    const std::string full = mutant.empty() ? name : fmt::format("{}+{}", name, mutant);
    const Policy policy = policyByName(full);
    const bool twice = std::any_of(chosen.begin(), chosen.end(),
                                   [&](const Policy& other) { return other.name == policy.name; });
    if (!twice) chosen.push_back(policy);
  }
  return chosen;
}

std::vector<Arch> parseArchs(std::string_view text) {
  std::vector<std::string_view> ids;
  for (Arch arch = 0; arch < kArchs; ++arch) ids.emplace_back(archId(arch));
  std::vector<Arch> archs;
  if (text == "all") {
    for (Arch arch = 0; arch < kArchs; ++arch) archs.push_back(arch);
    return archs;
  }
  if (text.empty()) return {kX86};
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view id = text.substr(0, comma);
    const Arch arch = archOf(id);
    if (arch == kArchs) {
      const std::string_view nearest = nearestName(id, ids);
      reject(fmt::format("there is no architecture '{}'.{} There are: {}; or all", id,
                         nearest.empty() ? "" : fmt::format(" Did you mean '{}'?", nearest),
                         fmt::join(ids, ", ")));
    }
    if (std::find(archs.begin(), archs.end(), arch) == archs.end()) archs.push_back(arch);
    if (comma == std::string_view::npos) return archs;
    text.remove_prefix(comma + 1);
  }
}

std::vector<Family> parseFamilies(std::string_view text) {
  if (text == "all") return allFamilies();
  std::vector<std::string_view> names;
  for (unsigned i = 0; i < kFamilies; ++i) names.push_back(familyName(static_cast<Family>(i)));
  std::vector<Family> families;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    const std::optional<Family> family = findFamily(name);
    if (!family) {
      const std::string_view nearest = nearestName(name, names);
      reject(fmt::format("there is no family of scenarios '{}'.{} There are: {}; or all", name,
                         nearest.empty() ? "" : fmt::format(" Did you mean '{}'?", nearest),
                         fmt::join(names, ", ")));
    }
    if (std::find(families.begin(), families.end(), *family) == families.end())
      families.push_back(*family);
    if (comma == std::string_view::npos) return families;
    text.remove_prefix(comma + 1);
  }
}

unsigned parseJobs(std::string_view text) {
  return static_cast<unsigned>(parseNumber("--jobs", text, 1, kMostJobs));
}

std::vector<std::string> parseLemmas(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    const std::size_t before = names.size();
    for (const LemmaInfo& lemma : lemmaInfos())
      if (matches(word, lemma.name) || matches(word, groupOf(lemma.name)))
        names.push_back(lemma.name);
    if (names.size() > before) continue;
    std::vector<std::string> groups;
    std::vector<std::string_view> known;
    for (const LemmaInfo& lemma : lemmaInfos()) groups.push_back(groupOf(lemma.name));
    for (const std::string& group : groups) known.push_back(group);
    for (const LemmaInfo& lemma : lemmaInfos()) known.push_back(lemma.name);
    rejectName("lemma", "lemmas", word, known);
  }
  return names;
}

std::string_view nearestName(std::string_view word, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (std::string_view name : names) {
    // Somebody who types the beginning, or a part of it, means it too ("soft-dirty", "merged").
    const bool part = word.size() >= 4 && name.find(word) != std::string_view::npos;
    const std::size_t d = part ? 1 : distance(word, name);
    if (d < least) {
      least = d;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace ptecheck
