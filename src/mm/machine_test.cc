// SPDX-License-Identifier: GPL-2.0-only
#include "mm/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mm/story.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

// Any scenario within the bounds of flat.h; most are not legal starting states, which must not
// matter to the machine.
Scenario anyScenario(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Scenario s{};
  s.pages = static_cast<unsigned short>(1U << (below(8) == 0 ? below(10) : below(4)));
  s.processes = static_cast<unsigned char>(1 + below(MAX_PROCESSES));
  s.folio_flags = static_cast<unsigned short>(below(64));
  if (below(2)) s.folio_flags &= static_cast<unsigned short>(~(FOLIO_SWAPBACKED | FOLIO_SWAPCACHE));
  s.references = static_cast<unsigned short>(below(4) == 0 ? below(3) : 0);
  s.pins = static_cast<unsigned short>(below(8) == 0 ? 1 : 0);
  s.table_end = static_cast<unsigned short>(below(3) == 0 ? below(s.pages + 1U) : 0);
  s.ttu = static_cast<unsigned char>(below(4));
  s.remote_cpu = static_cast<unsigned char>(below(2));
  s.event = static_cast<unsigned char>(below(3));
  s.event_at = static_cast<unsigned short>(1 + below(4));
  for (unsigned p = 0; p < s.processes; ++p) {
    s.split[p] = static_cast<unsigned short>(below(2) ? below(s.pages + 1U) : 0);
    for (VmaSpec& vma : s.vma[p]) vma.flags = static_cast<unsigned short>(below(64));
  }
  s.steps = static_cast<unsigned char>(below(3) == 0 ? below(MAX_STEPS + 1) : 0);
  unsigned processes = s.processes;
  for (unsigned i = 0; i < s.steps; ++i) {
    Step& step = s.step[i];
    step.action = static_cast<unsigned char>(below(processes < MAX_PROCESSES ? 3 : 2));
    step.process = static_cast<unsigned char>(below(processes));
    step.page = static_cast<unsigned short>(below(2) ? unsigned{ALL_PAGES} : below(s.pages));
    if (step.action == STEP_FORK) ++processes;
  }
  unsigned bits = 0;
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i) {
    if (below(3) == 0) bits = below(5) == 0 ? 0 : below(256) | ENTRY_PRESENT;
    if (below(16) == 0) bits = below(2) ? ENTRY_OTHER : ENTRY_SWAPPED;
    s.entry[i] = static_cast<unsigned short>(bits);
  }
  return s;
}

unsigned processesOf(const Scenario& s) {
  unsigned processes = s.processes;
  for (unsigned i = 0; i < s.steps; ++i) processes += s.step[i].action == STEP_FORK;
  return processes;
}

const std::string kGuard(1024, 'g');

// A machine that has seen other scenarios gives the same outcome, byte by byte, as a new one;
// writes no byte beyond the record, and leaves none of the record unwritten.
TEST(Machine, OutcomeDependsOnScenarioAndPolicyAlone) {
  std::mt19937 random(1);
  auto used = std::make_unique<Machine<F>>();
  auto a = std::make_unique<Outcome>(), b = std::make_unique<Outcome>();
  std::vector<Policy> all(policies().begin(), policies().end());
  for (const MutantInfo& info : mutants()) all.push_back(policyOf(info));
  for (unsigned i = 0; i < 20000; ++i) {
    const Scenario s = anyScenario(random);
    const Policy& policy = all[i % all.size()];
    const std::size_t bytes = outcomeBytes(processesOf(s), s.pages);
    const std::size_t behind = std::min(sizeof *a, bytes + kGuard.size()) - bytes;
    std::memset(static_cast<void*>(a.get()), 0x5a, bytes);
    std::memcpy(reinterpret_cast<char*>(a.get()) + bytes, kGuard.data(), behind);
    used->run(s, policy, *a);
    ASSERT_EQ(a->status, STATUS_DONE) << a->message;
    ASSERT_EQ(std::memcmp(reinterpret_cast<char*>(a.get()) + bytes, kGuard.data(), behind), 0) << i;
    if (i % 16 != 0) continue;  // a new machine takes its time
    std::memset(static_cast<void*>(b.get()), 0xa5, bytes);
    std::make_unique<Machine<F>>()->run(s, policy, *b);
    ASSERT_EQ(std::memcmp(a.get(), b.get(), bytes), 0) << i << " " << policy.name;
  }
}

// What holds for every policy without mistakes in its counting, whatever the scenario.
TEST(Machine, CountersFollowEntries) {
  std::mt19937 random(2);
  auto machine = std::make_unique<Machine<F>>();
  auto out = std::make_unique<Outcome>();
  for (unsigned i = 0; i < 20000; ++i) {
    Scenario s = anyScenario(random);
    s.steps = 0;
    for (const char* name : {"unbatched", "v6.16", "respect-write-softdirty", "restore-each"}) {
      machine->run(s, *findPolicy(name), *out);
      if (out->warnings != 0) continue;
      int mapped_before = 0, mapped = 0;
      for (unsigned p = 0; p < s.processes; ++p) {
        int anon = 0, swapped = 0;
        for (unsigned page = 0; page < s.pages; ++page) {
          const EntryResult& e = out->entry[p * s.pages + page];
          if (!(s.entry[p * s.pages + page] & ENTRY_PRESENT)) {
            ASSERT_EQ(e.before, e.after);
            continue;
          }
          ++mapped_before;
          if (F::pte_present(e.after)) {
            ++mapped;
            continue;
          }
          ++anon;
          swapped += !F::pte_none(e.after);
        }
        ASSERT_EQ(out->rss[p][RSS_ANON], -anon);
        ASSERT_EQ(out->rss[p][RSS_SWAP], swapped);
        for (unsigned side : {0U, 1U})
          ASSERT_EQ(out->neighbour_before[p][side], out->neighbour_after[p][side]);
      }
      ASSERT_EQ(out->mapcount_before, mapped_before);
      ASSERT_EQ(out->mapcount, mapped);
      ASSERT_EQ(out->unmapped, mapped == 0);
      ASSERT_EQ(
          out->refcount_before - out->refcount + (s.event == EVENT_REFERENCE && out->event_fired),
          mapped_before - mapped);
      ASSERT_EQ(out->outside, 0);
    }
  }
}

// A batch of one is the entry itself: under a policy's reference nothing that was put back has
// changed, but for the write bit of those that take it on purpose.
TEST(Machine, OneEntryAtATimePutsBackWhatItTook) {
  std::mt19937 random(3);
  auto machine = std::make_unique<Machine<F>>();
  auto out = std::make_unique<Outcome>();
  for (unsigned i = 0; i < 5000; ++i) {
    Scenario s = anyScenario(random);
    for (const Policy& policy : policies()) {
      machine->run(s, policy.reference(), *out);
      const bool protects =
          policy.of(Case::kLazyfree).restore == Restore::kWriteProtect || policy.wrprotect_early;
      for (unsigned e = 0; e < unsigned{s.pages} * s.processes; ++e) {
        const F::Word before = out->entry[e].before, after = out->entry[e].after;
        if (!F::pte_present(after) || before == after) continue;
        ASSERT_TRUE(protects) << policy.name;
        ASSERT_EQ(after, F::pte_wrprotect(before)) << policy.name;
      }
    }
  }
}

// The code for all cases and the fast code are the same system, byte for byte, where both apply.
TEST(Machine, TwinsAgree) {
  std::mt19937 random(4);
  auto machine = std::make_unique<Machine<F>>();
  auto fast = std::make_unique<Outcome>(), all = std::make_unique<Outcome>();
  unsigned batches = 0;
  for (unsigned i = 0; i < 20000; ++i) {
    const Scenario s = anyScenario(random);
    const std::size_t bytes = outcomeBytes(processesOf(s), s.pages);
    const Policy& policy = policies()[i % policies().size()];
    std::memset(static_cast<void*>(fast.get()), 0, bytes);
    std::memset(static_cast<void*>(all.get()), 0, bytes);
    machine->run(s, policy, *fast);
    machine->runSlowly(s, policy, *all);
    batches += fast->batched_entries > fast->batches;
    ASSERT_EQ(std::memcmp(fast.get(), all.get(), bytes), 0) << i << " " << policy.name;
  }
  EXPECT_GT(batches, 500U);
}

TEST(Machine, RefusesWhatItCannotDo) {
  Story story("r");
  story.s.operation = 2;
  story.run("unbatched");
  EXPECT_EQ(story.out().status, STATUS_UNSUPPORTED);
  EXPECT_STRNE(story.out().message, "");
  story.s.operation = OPERATION_TRY_TO_UNMAP;
  for (unsigned i = 0; i < MAX_PROCESSES; ++i) story.step(STEP_FORK, 0);
  story.run("unbatched");
  EXPECT_EQ(story.out().status, STATUS_UNSUPPORTED);
  Story page("r");
  page.step(STEP_READ, 0, 1).run("unbatched");
  EXPECT_EQ(page.out().status, STATUS_UNSUPPORTED);
  Story process("r");
  process.step(STEP_READ, 1).run("unbatched");
  EXPECT_EQ(process.out().status, STATUS_UNSUPPORTED);
}

}  // namespace
}  // namespace ptecheck
