// SPDX-License-Identifier: GPL-2.0-only
#include "check/finding_id.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "check/arch_rules.h"
#include "explore/choice_id.h"
#include "explore/replay.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

[[noreturn]] void reject(std::string_view id, const std::string& why) {
  throw Error(ErrorKind::kUsage, "'" + std::string(id) + "' is not the id of a finding: " + why +
                                     ". An id looks like e1/v6.16/10a4; copy it from a report.");
}

// The numbers behind the letter: "1" or "1.3.2.1".
std::optional<std::vector<unsigned>> parseNumbers(std::string_view text) {
  std::vector<unsigned> numbers;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view word = text.substr(0, dot);
    unsigned number = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    numbers.push_back(number);
    if (dot == std::string_view::npos) return numbers;
    text.remove_prefix(dot + 1);
  }
}

// "swap, file, ...": those that an id names.
std::string otherFamilies() {
  std::string names;
  for (unsigned i = 1; i < kFamilies; ++i)
    names += (i == 1 ? "" : ", ") + std::string(familyName(static_cast<Family>(i)));
  return names;
}

}  // namespace

std::string formatFindingId(const FindingId& id) {
  std::string space = (id.space.random ? "r" : "e") + std::to_string(kSpaceVersion);
  if (!id.space.random && id.space.deviations != Space{}.deviations)
    for (unsigned budget : id.space.deviations) space += "." + std::to_string(budget);
  if (id.space.family != Family::kReclaim) space += ":" + std::string(familyName(id.space.family));
  if (id.arch != kX86) space += std::string("/") + archId(id.arch);
  // A space of one page asks for no size, and an id is read as one of all sizes: 0 is one page.
  Choices choices = id.choices;
  if (id.space.max_pages == 1 && id.space.family != Family::kHuge)
    choices.insert(choices.begin(), 0);
  return space + "/" + id.row + "/" + encodeChoices(choices);
}

FindingId parseFindingId(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t last = text.rfind('/');
  if (first == std::string_view::npos || first == last)
    reject(text, "it has no three parts between '/'");
  std::string_view space = text.substr(0, first);
  std::string_view row = text.substr(first + 1, last - first - 1);
  FindingId id;
  if (const std::size_t slash = row.find('/'); slash != std::string_view::npos) {
    id.arch = archOf(row.substr(0, slash));
    if (id.arch == kArchs)
      reject(text, "there is no architecture '" + std::string(row.substr(0, slash)) +
                       "' (`ptecheck list archs` names all there are)");
    row.remove_prefix(slash + 1);
  }
  id.row = row;
  if (id.row.empty() || id.row.find('/') != std::string::npos)
    reject(text, "the part before its last, the policy, is empty or too much");

  if (space.empty() || (space[0] != 'e' && space[0] != 'r'))
    reject(text, "its first part must begin with 'e' (exhaustive) or 'r' (random)");
  id.space.random = space[0] == 'r';
  if (id.space.random) id.space.max_pages = MAX_PAGES;
  id.space.abilities = abilitiesOf(id.arch);
  if (const std::size_t colon = space.find(':'); colon != std::string_view::npos) {
    const std::string_view name = space.substr(colon + 1);
    const std::optional<Family> family = findFamily(name);
    if (!family || *family == Family::kReclaim)
      reject(text, "there is no family '" + std::string(name) + "' of scenarios (" +
                       otherFamilies() + "; reclaim is not named)");
    id.space.family = *family;
    space = space.substr(0, colon);
  }
  const std::optional<std::vector<unsigned>> numbers = parseNumbers(space.substr(1));
  const std::size_t budgets = id.space.deviations.size();
  if (!numbers || (numbers->size() != 1 && (id.space.random || numbers->size() != 1 + budgets)))
    reject(text, "its first part must be a letter and a version number, such as e1");
  if ((*numbers)[0] != kSpaceVersion)
    reject(text, "it was made by a version of ptecheck that numbers scenarios in another way (" +
                     std::to_string((*numbers)[0]) + "; this one is " +
                     std::to_string(kSpaceVersion) + ")");
  for (std::size_t i = 0; i + 1 < numbers->size(); ++i) {
    if ((*numbers)[i + 1] > 20) reject(text, "it allows more than 20 deviations");
    id.space.deviations[i] = static_cast<std::uint8_t>((*numbers)[i + 1]);
  }

  const std::optional<Choices> choices = decodeChoices(text.substr(last + 1));
  if (!choices) reject(text, "its last part may hold only 0-9 and a-z, and no 'z' at its end");
  id.choices = *choices;
  return id;
}

Scenario scenarioOf(const FindingId& id) {
  Replay replay(id.choices);
  Scenario scenario;
  const bool built = chooseScenario(replay, id.space, scenario);
  const std::string text = formatFindingId(id);
  if (!replay.inRange())
    reject(text, "one of its choices is larger than the number of alternatives");
  if (replay.tooLong()) reject(text, "it holds more choices than its scenario has");
  if (!built) reject(text, "its choices build no meaningful scenario");
  return scenario;
}

}  // namespace ptecheck
