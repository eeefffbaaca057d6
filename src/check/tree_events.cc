// SPDX-License-Identifier: GPL-2.0-only
//
// The search of events in a tree. A run tells its moments and what could happen at each; runs with
// one event more follow from it, each event at the same moment or later, until there are as many as
// were asked for. A run that breaks a rule has no successors, unless it is one of costs: whatever
// follows is broken too.
//
// The run before an event repeats exactly (agents are deterministic), so that an event which was
// possible happens; if it does not, that is an error of our own.
#include "check/tree_events.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>

#include "check/arch_rules.h"
#include "check/batch.h"
#include "check/expected.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "check/tree_build.h"
#include "explore/parallel.h"
#include "scenario/error.h"
#include "subject/tree_lines.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

constexpr const char* kRow = "tree";
constexpr unsigned kMostPages = 2;     // MOST_EVENT_ENTRIES of two processes would allow 4
constexpr std::size_t kAtATime = 256;  // runs

// What events have to do with: what follows the operation has not, and of the scenarios' own events
// the late reference is one of ours.
bool isOfInterest(const Scenario& s, unsigned pages) {
  return s.pages <= pages && s.steps == 0 &&
         (s.event == EVENT_NONE || s.event == EVENT_SWAP_DUPLICATE);
}

// A subject that runs the batch it is given with these events.
class WithPlans final : public Subject {
 public:
  explicit WithPlans(TreeSubject& tree) : tree_(tree), reports_(kAtATime) {}

  std::vector<EventPlan> plans;
  const EventReport& report(std::size_t i) const { return reports_[i]; }

  std::string name() const override { return tree_.name(); }
  void run(std::span<const Scenario* const> in, std::span<Outcome* const> out) override {
    tree_.run(in, out, plans, reports_);
  }

 private:
  TreeSubject& tree_;
  std::vector<EventReport> reports_;
};

struct Job {
  std::uint32_t scenario;  // of the chunk
  EventPlan plan;
};

// Appends the plans that have one event more.
void addSuccessors(const Job& job, const EventReport& report, std::vector<Job>& jobs) {
  const EventPlan& plan = job.plan;
  const EventAt* last = plan.count != 0 ? &plan.event[plan.count - 1] : nullptr;
  const unsigned end = std::min<unsigned>(report.moments, MOST_MOMENTS);
  for (unsigned moment = last != nullptr ? last->moment : 0; moment < end; ++moment) {
    const EventMoment& at = report.moment[moment];
    const auto add = [&](unsigned kinds, unsigned entry) {
      for (; kinds != 0; kinds &= kinds - 1) {
        const EventAt event{static_cast<unsigned short>(moment),
                            static_cast<unsigned char>(std::countr_zero(kinds)),
                            static_cast<unsigned char>(entry)};
        Job& next = jobs.emplace_back(job);
        next.plan.event[next.plan.count++] = event;
      }
    };
    for (unsigned entry = 0; entry < MOST_EVENT_ENTRIES; ++entry) add(at.may[entry], entry);
    add(at.may_of_folio, NO_EVENT_ENTRY);
  }
}

bool allHappened(const EventPlan& plan, const EventReport& report) {
  return report.happened == (1U << plan.count) - 1;
}

struct First {
  unsigned events;
  std::size_t unit;
  std::uint64_t number;  // of the run, within the unit
  std::size_t scenario;  // of the unit, counting all that the search gives
  EventPlan plan;

  bool operator<(const First& other) const {
    return std::tie(events, unit, number) < std::tie(other.events, other.unit, other.number);
  }
};

struct alignas(128) Worker {
  std::unique_ptr<TreeSubject> tree;
  std::unique_ptr<WithPlans> subject;
  std::unique_ptr<Batch> batch = std::make_unique<Batch>();
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  TreeEvents sum;
  std::array<std::optional<First>, kRules> first;
  std::uint64_t number = 0;  // of runs in the unit
};

class EventSearch {
 public:
  EventSearch(const TreeBuild& build, const TreeEventsOptions& options, const SearchOptions& how)
      : build_(build),
        options_(options),
        how_(how),
        pages_(options.tree.search.exhaustive_pages),
        search_(how),
        rules_(archRules(how.arch)),
        expected_(search_, [this](const Scenario& s) { return isOfInterest(s, pages_); }),
        meter_(
            how.progress, std::string(familyName(how.family)),
            [this] { return expected_.all(how_.share); },
            [this](std::size_t unit) { return expected_.ofUnit(unit); }) {}

  TreeEvents run() {
    std::vector<Worker> workers = runUnits(
        search_.units(), how_.share, how_.jobs, [&](unsigned) { return makeWorker(); },
        [&](Worker& worker, std::size_t unit) { runUnit(worker, unit); });
    TreeEvents result;
    result.subject = "Linux " + build_.version + " at " + build_.tree.string();
    std::array<std::optional<First>, kRules> first;
    for (Worker& worker : workers) add(worker, result, first);
    workers.clear();  // ends the agents
    if (stopRequested()) result.stopped_of = expected_.all(how_.share);
    for (std::size_t i = 0; i < kRules; ++i) {
      if (!first[i]) continue;
      result.broken |= ruleBit(static_cast<Rule>(i));
      result.findings.push_back(makeFinding(static_cast<Rule>(i), *first[i]));
    }
    return result;
  }

 private:
  Worker makeWorker() const {
    Worker worker;
    worker.tree = std::make_unique<TreeSubject>(build_);
    worker.subject = std::make_unique<WithPlans>(*worker.tree);
    return worker;
  }

  std::string idOf(std::size_t unit, std::size_t scenario) const {
    return formatFindingId(
        {search_.spaceOf(unit), how_.arch, kRow, search_.choicesOf(unit, scenario)});
  }

  static void add(const Worker& worker, TreeEvents& sum,
                  std::array<std::optional<First>, kRules>& first) {
    sum.scenarios += worker.sum.scenarios;
    for (std::size_t i = 0; i < sum.runs.size(); ++i) sum.runs[i] += worker.sum.runs[i];
    sum.moments = std::max(sum.moments, worker.sum.moments);
    sum.cut += worker.sum.cut;
    sum.unsupported += worker.sum.unsupported;
    if (sum.unsupported_reason.empty()) sum.unsupported_reason = worker.sum.unsupported_reason;
    for (std::size_t i = 0; i < kRules; ++i) {
      sum.broken_runs[i] += worker.sum.broken_runs[i];
      if (worker.first[i] && (!first[i] || *worker.first[i] < *first[i]))
        first[i] = worker.first[i];
    }
  }

  // Scenarios of the unit that are of interest, so many at a time, and their numbers in it.
  struct Chunk {
    std::vector<std::unique_ptr<Scenario>> scenarios;
    std::vector<std::size_t> numbers;
  };

  void runUnit(Worker& worker, std::size_t unit) {
    worker.number = 0;
    Chunk chunk;
    std::size_t number = 0;
    std::uint64_t of_interest = 0;
    const auto flush = [&] {
      std::vector<Job> jobs;
      for (std::uint32_t i = 0; i < chunk.scenarios.size(); ++i) jobs.push_back({i, {}});
      explore(worker, unit, chunk, jobs);
      chunk = {};
    };
    search_.forEach(unit, *worker.scenario, [&](const Scenario& s, auto) {
      if (isOfInterest(s, pages_)) {
        auto copy = std::make_unique<Scenario>();
        std::memcpy(static_cast<void*>(copy.get()), &s, scenarioBytes(s.processes, s.pages));
        chunk.scenarios.push_back(std::move(copy));
        chunk.numbers.push_back(number);
        ++of_interest;
        if (chunk.scenarios.size() == kAtATime) flush();
      }
      ++number;
    });
    flush();
    meter_.add(unit, of_interest);
  }

  // Runs these jobs, and those with more events that follow from them.
  void explore(Worker& worker, std::size_t unit, const Chunk& chunk, const std::vector<Job>& jobs) {
    WithPlans& subject = *worker.subject;
    for (std::size_t begin = 0; begin < jobs.size() && !stopRequested(); begin += kAtATime) {
      const std::size_t count = std::min(kAtATime, jobs.size() - begin);
      worker.batch->clear();
      subject.plans.clear();
      for (std::size_t i = 0; i < count; ++i) {
        worker.batch->add(*chunk.scenarios[jobs[begin + i].scenario]);
        subject.plans.push_back(jobs[begin + i].plan);
      }
      worker.batch->run(subject);
      std::vector<Job> next;
      for (std::size_t i = 0; i < count; ++i) {
        const Job& job = jobs[begin + i];
        const bool good =
            judgeOne(worker, unit, chunk.numbers[job.scenario], job.plan, worker.batch->scenario(i),
                     worker.batch->outcome(i), subject.report(i));
        if (good && job.plan.count < options_.events) addSuccessors(job, subject.report(i), next);
      }
      if (!next.empty()) explore(worker, unit, chunk, next);
    }
  }

  // False if nothing should follow.
  bool judgeOne(Worker& worker, std::size_t unit, std::size_t scenario, const EventPlan& plan,
                const Scenario& s, const Outcome& o, const EventReport& report) {
    TreeEvents& sum = worker.sum;
    ++worker.number;
    if (o.status == STATUS_UNSUPPORTED) {
      ++sum.unsupported;
      if (sum.unsupported_reason.empty()) sum.unsupported_reason = o.message;
      return false;
    }
    if (o.status != STATUS_DONE && o.status != STATUS_BUG)
      requireRan(build_, o, idOf(unit, scenario) + " --at " + formatEvents(plan, s));
    ++sum.runs[plan.count];
    sum.scenarios += plan.count == 0;
    if (!allHappened(plan, report))
      throw Error(ErrorKind::kInternal,
                  "An event that was possible did not happen: " + idOf(unit, scenario) + " --at " +
                      formatEvents(plan, s));
    sum.moments = std::max<unsigned>(sum.moments, report.moments);
    sum.cut += report.moments > MOST_MOMENTS;
    const RuleSet broken = rules_.judgeWithEvents(s, o, plan, report) & how_.rules;
    for (RuleSet rest = broken; rest != 0; rest &= rest - 1) {
      const auto rule = static_cast<std::size_t>(std::countr_zero(rest));
      ++sum.broken_runs[rule];
      const First here{plan.count, unit, worker.number, scenario, plan};
      if (!worker.first[rule] || here < *worker.first[rule]) worker.first[rule] = here;
    }
    return (broken & ~kCostRules) == 0 && o.status == STATUS_DONE;
  }

  EventFinding makeFinding(Rule rule, const First& first) const;

  const TreeBuild& build_;
  const TreeEventsOptions& options_;
  const SearchOptions& how_;
  const unsigned pages_;
  const Search search_;
  const ArchRules& rules_;
  ExpectedScenarios expected_;
  ProgressMeter meter_;
};

std::string entryName(const Scenario& s, unsigned entry) {
  std::string name = "A page ";
  name[0] = static_cast<char>('A' + entry / s.pages);
  return name + std::to_string(entry % s.pages);
}

std::string happening(const Scenario& s, const EventAt& event, const EventReport& report,
                      unsigned index) {
  const std::string through = event.entry == NO_EVENT_ENTRY ? "" : entryName(s, event.entry);
  switch (event.kind) {
    case EVENT_ACCESSED:
      return "hardware sets accessed in the entry of " + through;
    case EVENT_DIRTIED:
      return "hardware writes through the entry of " + through + " and sets dirty in it";
    case EVENT_REFERRED:
      return "GUP-fast takes a reference through the entry of " + through + ", and keeps it";
    case EVENT_PINNED:
      return "GUP-fast pins the page through the entry of " + through;
    case EVENT_WRITTEN:
      return "a GUP user writes through the entry of " + through +
             ", marks the folio dirty and drops its reference";
    case EVENT_FINISHED:
      return (report.finished ? std::string("who held the folio from the start")
                              : "the GUP user of " + entryName(s, report.entry[index])) +
             " has written, marks the folio dirty and drops the reference";
    default:
      return "somebody holds a reference for this one access";
  }
}

// "the 2nd read of the entry of A page 0"
std::string accessName(const Scenario& s, const EventReport& report, unsigned moment) {
  const EventMoment& at = report.moment[moment];
  unsigned nth = 0;
  for (unsigned i = 0; i <= moment; ++i)
    nth += report.moment[i].access == at.access && report.moment[i].entry == at.entry;
  const std::string count = std::to_string(nth) + (nth == 1   ? "st"
                                                   : nth == 2 ? "nd"
                                                   : nth == 3 ? "rd"
                                                              : "th");
  switch (at.access) {
    case ACCESS_READ:
      return count + " read of the entry of " + entryName(s, at.entry);
    case ACCESS_WRITE:
      return count + " store to the entry of " + entryName(s, at.entry);
    case ACCESS_REFERENCES:
      return count + " look at the references";
    default:
      return count + " look at the folio's dirty flag";
  }
}

EventRun runOne(const TreeBuild& build, Arch arch, const Scenario& s, const EventPlan& plan) {
  TreeSubject tree(build);
  WithPlans subject(tree);
  Batch batch;
  batch.add(s);
  subject.plans = {plan};
  batch.run(subject);
  const Outcome& o = batch.outcome(0);
  EventRun run;
  run.scenario = s;
  run.plan = plan;
  run.report = subject.report(0);
  std::memcpy(static_cast<void*>(&run.outcome), &o, outcomeBytes(s.processes, s.pages));
  const ArchRules& rules = archRules(arch);
  run.broken = rules.judgeWithEvents(s, o, plan, run.report);
  run.violations = rules.explainWithEvents(s, o, plan, run.report);
  for (Violation& violation : run.violations)
    if (violation.rule == Rule::kOwnChecks) violation.text = explainOutcome(build, o.message);
  TreeLines lines(build);
  for (unsigned i = 0; i < plan.count; ++i) {
    const EventAt& event = plan.event[i];
    if (!(run.report.happened >> i & 1) || event.moment >= run.report.moments) continue;
    run.story.push_back("moment " + std::to_string(event.moment) + ", before the " +
                        accessName(s, run.report, event.moment) + " (" +
                        lines.placeInMm(run.report.moment[event.moment].pc - 1) +
                        "): " + happening(s, event, run.report, i));
  }
  return run;
}

EventFinding EventSearch::makeFinding(Rule rule, const First& first) const {
  EventFinding finding;
  finding.rule = rule;
  finding.id = idOf(first.unit, first.scenario);
  const auto scenario = std::make_unique<Scenario>(scenarioOf(parseFindingId(finding.id)));
  finding.at = formatEvents(first.plan, *scenario);
  finding.run = runOne(build_, how_.arch, *scenario, first.plan);
  std::stable_partition(finding.run.violations.begin(), finding.run.violations.end(),
                        [&](const Violation& violation) { return violation.rule == rule; });
  return finding;
}

TreeBuild buildWithEvents(const TreeCheckOptions& options) {
  TreeOptions how = treeOptions(options);
  how.events = true;
  return buildFor(options, how);
}

}  // namespace

TreeEvents checkTreeEvents(const TreeEventsOptions& options) {
  SearchOptions how = options.tree.search;
  how.family = Family::kReclaim;
  how.random_scenarios = 0;
  // Smaller folios are picked: a space of folios of 1 page alone asks for no size, so that its
  // choices mean something else to who reads the id.
  how.exhaustive_pages = kMostPages;
  const TreeBuild build = buildWithEvents(options.tree);
  if (options.tree.say) options.tree.say("running the tree with events");
  return EventSearch(build, options, how).run();
}

EventRun runOnTreeWithEvents(const Scenario& scenario, std::string_view at,
                             const TreeCheckOptions& options) {
  const EventPlan plan = parseEvents(at, scenario);
  const TreeBuild build = buildWithEvents(options);
  EventRun run = runOne(build, options.search.arch, scenario, plan);
  requireRan(build, run.outcome, "the one given");
  if (run.outcome.status == STATUS_UNSUPPORTED)
    throw Error(ErrorKind::kCannotTest,
                "This tree cannot express the scenario: " + std::string(run.outcome.message));
  for (unsigned i = 0; i < plan.count; ++i)
    if (!(run.report.happened >> i & 1)) {
      EventPlan one{};
      one.count = 1;
      one.event[0] = plan.event[i];
      throw Error(ErrorKind::kUsage, "'" + formatEvents(one, scenario) +
                                         "' is not possible there: this run has moments 0 to " +
                                         std::to_string(run.report.moments - 1) +
                                         ", and an event needs an entry that lets it happen");
    }
  return run;
}

}  // namespace ptecheck
