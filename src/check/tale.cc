// SPDX-License-Identifier: GPL-2.0-only
#include "check/tale.h"

#include <memory>

#include "check/judged_policies.h"
#include "subject/model.h"

namespace ptecheck {

namespace {

// An operation that does more than this, on a large folio page by page, is told as one.
constexpr std::size_t kMostMoments = 24;

enum class Side { kBefore, kAfter, kEnd };

TaleFrame frameOf(TaleFrame::Kind kind, const Scenario& s, const Outcome& o, Side side) {
  TaleFrame frame{};
  frame.kind = kind;
  frame.processes = side == Side::kEnd ? o.processes : s.processes;
  for (unsigned i = 0; i < frame.processes * s.pages; ++i) {
    const EntryResult& e = o.entry[i];
    switch (side) {
      case Side::kBefore:
        frame.entries.push_back({e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0});
        break;
      case Side::kAfter:
        frame.entries.push_back({e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0});
        break;
      case Side::kEnd:
        frame.entries.push_back({e.end, (e.page_flags & PAGE_EXCLUSIVE_END) != 0});
        break;
    }
  }
  const bool start = side == Side::kBefore;
  frame.refcount = start ? o.refcount_before : o.refcount;
  frame.mapcount = start ? o.mapcount_before : side == Side::kEnd ? o.mapcount_end : o.mapcount;
  frame.folio_flags = start ? o.folio_flags_before : o.folio_flags;
  frame.flushes = start ? 0 : o.flushes;
  frame.flush_pending = !start && o.flush_pending != 0;
  if (side == Side::kEnd)
    for (unsigned i = 0; i < frame.processes * s.pages; ++i) frame.faults += o.entry[i].faults;
  frame.counters = side != Side::kEnd;
  return frame;
}

bool sameState(const TaleFrame& a, const TaleFrame& b) {
  if (a.entries.size() != b.entries.size()) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i)
    if (a.entries[i].entry != b.entries[i].entry ||
        a.entries[i].exclusive != b.entries[i].exclusive)
      return false;
  return a.refcount == b.refcount && a.mapcount == b.mapcount && a.folio_flags == b.folio_flags &&
         a.flushes == b.flushes && a.flush_pending == b.flush_pending;
}

// What can be told of any subject: before, after, and after the steps.
void addOutside(const Scenario& s, const Outcome& o, std::vector<TaleFrame>& frames) {
  frames.push_back(frameOf(TaleFrame::kStart, s, o, Side::kBefore));
  frames.push_back(frameOf(TaleFrame::kOperation, s, o, Side::kAfter));
}

// The operation as the code for all cases does it, watched. That code knows not every mistake that
// can be built into the code made for speed; where it leaves something else behind, nothing of it
// is told.
void watchOperation(Model& model, const Scenario& s, const Policy& policy,
                    std::vector<TaleFrame>& frames) {
  const TaleFrame after = frames.back();
  std::vector<TaleFrame> inside;
  auto out = std::make_unique<Outcome>();
  auto alone = std::make_unique<Scenario>(s);
  alone->steps = 0;
  model.runWatched(*alone, policy, *out, [&](const Moment& moment) {
    inside.push_back(frameOf(TaleFrame::kMoment, s, *out, Side::kAfter));
    inside.back().moment = moment;
  });
  if (inside.size() > kMostMoments || out->status != STATUS_DONE ||
      !sameState(frameOf(TaleFrame::kOperation, s, *out, Side::kAfter), after))
    return;
  frames.pop_back();
  frames.insert(frames.end(), inside.begin(), inside.end());
  if (!sameState(frames.back(), after) || inside.empty()) frames.push_back(after);
}

Case caseOf(const Scenario& s) {
  if (s.operation == OPERATION_TRY_TO_MIGRATE) return Case::kMigration;
  if (s.folio_flags & FOLIO_FILE) return Case::kFile;
  return s.folio_flags & FOLIO_SWAPBACKED ? Case::kSwapBacked : Case::kLazyfree;
}

const char* putBack(Restore restore) {
  switch (restore) {
    case Restore::kFirst:
      return "as copies of the first";
    case Restore::kWriteProtect:
      return "as write-protected copies of the first";
    case Restore::kMerged:
      return "as copies of the first, with bits merged";
    case Restore::kEach:
      break;
  }
  return "each as it was";
}

}  // namespace

Tale taleOnModel(const Scenario& scenario, const Policy& policy, Arch arch) {
  Tale tale;
  tale.run = runOnModel(scenario, policy, arch);
  tale.put_back = putBack(policy.of(caseOf(scenario)).restore);
  if (tale.run.outcome.status != STATUS_DONE) return tale;
  addOutside(scenario, tale.run.outcome, tale.frames);
  const std::unique_ptr<Model> model = makeModel(arch);
  watchOperation(*model, scenario, policy, tale.frames);
  // Step by step: the scenario with its first step, with its first two, ...
  auto shorter = std::make_unique<Scenario>(scenario);
  auto out = std::make_unique<Outcome>();
  for (unsigned step = 0; step < scenario.steps; ++step) {
    shorter->steps = static_cast<unsigned char>(step + 1);
    model->run(*shorter, policy, *out);
    tale.frames.push_back(frameOf(TaleFrame::kStep, scenario, *out, Side::kEnd));
    tale.frames.back().step = step;
  }
  return tale;
}

Tale taleOnTree(const Scenario& scenario, const TreeCheckOptions& options) {
  Tale tale;
  tale.run = runOnTree(scenario, options);
  tale.lines_ran = linesOnTree(scenario, options);
  const Outcome& o = tale.run.outcome;
  if (o.status != STATUS_DONE) return tale;
  addOutside(scenario, o, tale.frames);
  if (scenario.steps != 0 && o.steps_done == scenario.steps)
    tale.frames.push_back(frameOf(TaleFrame::kSteps, scenario, o, Side::kEnd));
  return tale;
}

std::vector<PolicyFate> fatesOf(const Scenario& scenario, Arch arch) {
  const std::vector<Policy> all(policies().begin(), policies().end());
  std::vector<PolicyFate> fates;
  JudgedPolicies judged(all, kAllRules, arch);
  judged.run(scenario, [&](std::size_t row, const Outcome& outcome, RuleSet broken) {
    fates.push_back({all[row].name, outcome.status == STATUS_DONE, broken});
  });
  return fates;
}

ConcurrentResult checkActors(ConcurrentOptions options) {
  options.only->arch = options.arch;
  options.only->policy = options.policy;
  options.only->mutant = options.mutant;
  return checkConcurrent(options);
}

std::vector<PolicyFate> fatesOf(const ConcurrentOptions& options) {
  std::vector<PolicyFate> fates;
  for (const Policy& policy : policies()) {
    ConcurrentOptions one = options;
    one.policy = policy;
    const ConcurrentResult result = checkActors(one);
    fates.push_back({policy.name, result.unfinished == 0, result.broken});
  }
  return fates;
}

}  // namespace ptecheck
