// SPDX-License-Identifier: GPL-2.0-only
//
// Events as text, for a command line.
#include <array>
#include <charconv>

#include "check/tree_events.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

constexpr std::array<std::string_view, EVENT_KINDS> kNames = {
    "accessed", "dirtied", "referred", "pinned", "written", "finished", "glanced"};

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(ErrorKind::kUsage, "'" + std::string(text) + "' is no event: " + why +
                                     " (MOMENT:KIND or MOMENT:KIND:ENTRY, for instance "
                                     "5:dirtied:A0)");
}

// Takes a number off the front.
bool takeNumber(std::string_view& text, unsigned most, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > most) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

EventAt parseOne(std::string_view text, const Scenario& s) {
  std::string_view rest = text;
  unsigned moment = 0;
  if (!takeNumber(rest, MOST_MOMENTS - 1, moment) || !rest.starts_with(':'))
    refuse(text, "it begins with a moment, 0 to " + std::to_string(MOST_MOMENTS - 1));
  rest.remove_prefix(1);
  const std::string_view name = rest.substr(0, rest.find(':'));
  rest.remove_prefix(name.size());
  std::size_t kind = 0;
  while (kind < kNames.size() && kNames[kind] != name) ++kind;
  if (kind == kNames.size()) {
    std::string names;
    for (const std::string_view known : kNames)
      names += (names.empty() ? "" : ", ") + std::string(known);
    refuse(text, "the kinds are " + names);
  }
  EventAt event{static_cast<unsigned short>(moment), static_cast<unsigned char>(kind),
                NO_EVENT_ENTRY};
  if (!eventIsOfEntry(kind)) {
    if (!rest.empty()) refuse(text, std::string(name) + " is about no entry");
    return event;
  }
  unsigned page = 0;
  if (rest.size() < 3 || rest[0] != ':' || rest[1] < 'A' || rest[1] >= 'A' + s.processes)
    refuse(text, "an entry is a process of the scenario and a page, A0");
  const unsigned process = static_cast<unsigned>(rest[1] - 'A');
  rest.remove_prefix(2);
  if (!takeNumber(rest, s.pages - 1U, page) || !rest.empty() ||
      process * s.pages + page >= MOST_EVENT_ENTRIES)
    refuse(text, "the folio has no such page");
  event.entry = static_cast<unsigned char>(process * s.pages + page);
  return event;
}

}  // namespace

std::string formatEvents(const EventPlan& plan, const Scenario& scenario) {
  std::string text;
  for (unsigned i = 0; i < plan.count; ++i) {
    const EventAt& event = plan.event[i];
    if (i != 0) text += ',';
    text += std::to_string(event.moment) + ':' + std::string(kNames[event.kind]);
    if (!eventIsOfEntry(event.kind)) continue;
    text += ':';
    text += static_cast<char>('A' + event.entry / scenario.pages);
    text += std::to_string(event.entry % scenario.pages);
  }
  return text;
}

EventPlan parseEvents(std::string_view text, const Scenario& scenario) {
  EventPlan plan{};
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (plan.count == MOST_EVENTS)
      throw Error(ErrorKind::kUsage,
                  "at most " + std::to_string(MOST_EVENTS) + " events happen in one run");
    plan.event[plan.count++] = parseOne(one, scenario);
  }
  return plan;
}

}  // namespace ptecheck
