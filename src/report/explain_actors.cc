// SPDX-License-Identifier: GPL-2.0-only
//
// The story of several actors: a schedule, told by what each step changes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "report/concurrent_schedule.h"
#include "report/explain_moments.h"
#include "report/lists.h"
#include "report/numbers.h"

namespace ptecheck {

namespace {

// "entry 0: none -> wED.S.."
struct Change {
  std::string thing, before, after;
};

Change parseChange(const std::string& line) {
  const std::size_t colon = line.find(": "), arrow = line.find(" -> ", colon);
  return {line.substr(0, colon), line.substr(colon + 2, arrow - colon - 2), line.substr(arrow + 4)};
}

// Things that are entries: the row they belong to, and the page. "TLB of user=S0, 1".
struct Place {
  std::string row;
  unsigned column;
};
std::optional<Place> placeOf(const std::string& thing) {
  const std::size_t space = thing.rfind(' ');
  if (space == std::string::npos) return std::nullopt;
  std::string row = thing.substr(0, space);
  if (row.ends_with(',')) row.pop_back();
  const bool entry = row == "entry" || row.ends_with(", entry") || row.starts_with("TLB of ");
  const std::string number = thing.substr(space + 1);
  if (!entry || number.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return Place{row, static_cast<unsigned>(std::stoul(number))};
}

std::string rowName(const std::string& row) {
  if (row == "entry") return "table";
  return row == "second space, entry" ? "child's table" : row;
}

class ActorsBuilder {
 public:
  ActorsBuilder(const ConcurrentExample& example, Story& story)
      : example_(example), schedule_(scheduleOf(example)), story_(story) {}

  void build() {
    for (unsigned page = 0; page < example_.setup.pages; ++page)
      story_.columns.push_back(fmt::format("page {}", page));
    for (const std::string& line : schedule_.start) {
      const std::size_t colon = line.find(": ");
      first(line.substr(0, colon), line.substr(colon + 2));
    }
    for (const ScheduleStep& step : schedule_.steps)
      for (const std::string& line : step.changes) {
        const Change change = parseChange(line);
        first(change.thing, change.before);
      }
    for (const std::string& thing : things_)
      if (const auto place = placeOf(thing)) addRow(place->row);
    for (const std::string& thing : things_)
      if (!placeOf(thing)) story_.facts.push_back(thing);
    StoryStep start;
    start.text = "As it begins";
    add(start);
    for (const ScheduleStep& done : schedule_.steps) {
      for (const std::string& line : done.changes) {
        const Change change = parseChange(line);
        values_[change.thing] = change.after;
      }
      StoryStep step;
      step.who = print(example_.setup.actors[done.actor], example_.setup.pages);
      step.text = done.what;
      step.function = done.function;
      add(step);
    }
  }
  const std::string& why() const { return schedule_.why; }

 private:
  void first(const std::string& thing, const std::string& value) {
    if (values_.emplace(thing, value).second) things_.push_back(thing);
  }
  void addRow(const std::string& row) {
    if (std::find(keys_.begin(), keys_.end(), row) != keys_.end()) return;
    keys_.push_back(row);
    story_.rows.push_back(rowName(row));
    story_.edges.emplace_back(story_.columns.size() + 1, '|');
  }
  void add(StoryStep step) {
    step.cells.assign(keys_.size(), std::vector<std::string>(story_.columns.size(), "none"));
    for (std::size_t row = 0; row < keys_.size(); ++row)
      for (const auto& [thing, value] : values_)
        if (const auto place = placeOf(thing); place && place->row == keys_[row])
          step.cells[row][place->column] = value;
    for (const std::string& fact : story_.facts) step.facts.push_back(values_.at(fact));
    story_.steps.push_back(std::move(step));
  }

  const ConcurrentExample& example_;
  const Schedule schedule_;
  Story& story_;
  std::vector<std::string> things_, keys_;  // in the order in which they came
  std::map<std::string, std::string> values_;
};

std::string situationOf(const SmpSetup& setup, const ConcurrentResult& result) {
  std::string actors;
  for (unsigned a = 0; a < setup.count; ++a) append(actors, print(setup.actors[a], setup.pages));
  static constexpr const char* kFolios[] = {"A swap-backed folio", "A lazyfree folio",
                                            "A folio of a file, shared,"};
  return fmt::format(
      "{} of {}{}. At the same time: {}. All interleavings were tried, {} and {}; {}",
      kFolios[static_cast<unsigned>(setup.mapping)], counted(setup.pages, "page", "pages"),
      setup.child ? ", and a child that shares it" : "", actors,
      counted(result.states, "state", "states"), counted(result.transitions, "step", "steps"),
      result.examples.empty() ? "no rule is broken in any." : "this one breaks a rule.");
}

// Mistakes that need another processor mostly do not care how reclaim batches.
std::vector<PolicyFate> withMutant(const ConcurrentStory& told) {
  std::vector<PolicyFate> fates = told.fates;
  if (told.mutant.empty() || fates.empty()) return fates;
  const PolicyFate first = fates.front();
  if (std::all_of(fates.begin(), fates.end(), [&](const PolicyFate& fate) {
        return fate.ran == first.ran && fate.broken == first.broken;
      }))
    return {{fmt::format("all {} policies with {}", fates.size(), told.mutant), first.ran,
             first.broken}};
  for (PolicyFate& fate : fates) fate.policy += " with it";
  return fates;
}

}  // namespace

Story storyOf(const ConcurrentStory& told) {
  const ConcurrentResult& result = told.result;
  Story story;
  story.version = told.version;
  story.subject =
      fmt::format("the model of several processors, {}, policy {}{}", archId(result.arch),
                  result.policy.name, told.mutant.empty() ? "" : " with " + told.mutant);
  story.again = told.again;
  story.verdict = verdictOfRules(result.broken, told.strict, result.unfinished == 0);
  if (result.examples.empty()) {
    story.not_run = result.unfinished != 0 ? "the search was not finished (--memory)"
                                           : "no interleaving breaks a rule";
  } else {
    // The gravest is told; the others come of the same mistake, and are named.
    const ConcurrentExample& example = result.examples.front();
    story.name = print(example.setup);
    story.situation = situationOf(example.setup, result);
    ActorsBuilder builder(example, story);
    builder.build();
    story.schedule = scheduleText(example);
    for (const ConcurrentExample& one : result.examples) {
      StoryRule& rule = story.rules.emplace_back(StoryRule{one.rule, {}});
      const std::string why = &one == &example ? builder.why() : "";
      if (!why.empty()) rule.sentences.push_back(why);
    }
  }
  if (told.without != nullptr) {
    std::vector<PolicyFate> alone = {{result.policy.name + " without the mutant " + told.mutant,
                                      told.without->unfinished == 0, told.without->broken}};
    addFates(alone, story);
  }
  addFates(withMutant(told), story);
  append(story.not_tried, told.why_not);
  return story;
}

}  // namespace ptecheck
