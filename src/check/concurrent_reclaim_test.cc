// SPDX-License-Identifier: GPL-2.0-only
//
// Reclaim by steps, alone, against the model of one processor (mm/): the same entries must remain,
// bit by bit, in every beginning, for every policy, on every architecture.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "check/concurrent_model.h"
#include "check/model_check.h"
#include "scenario/flat.h"

namespace ptecheck {
namespace {

// The same situation as a scenario; after add_to_swap(), which reclaim does first.
std::unique_ptr<Scenario> scenarioOf(const SmpSetup& setup, const EntryTable& table,
                                     const SmpState& s) {
  auto scenario = std::make_unique<Scenario>();
  const PageFrame& head = s.frames[0];
  const bool file = setup.mapping == Mapping::kFile;
  scenario->pages = setup.pages;
  scenario->processes = setup.child ? 2 : 1;
  scenario->folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  if (file) scenario->folio_flags |= FOLIO_FILE;
  if (setup.mapping == Mapping::kAnon) {
    scenario->folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
    if (!head.has(PageFrame::kSwapCache)) scenario->folio_flags |= FOLIO_DIRTY;
  }
  scenario->ttu = UNMAP_BATCH_FLUSH;
  scenario->remote_cpu = 1;
  for (unsigned space = 0; space < scenario->processes; ++space) {
    scenario->vma[space][0].flags =
        static_cast<unsigned short>(VMA_WRITE | VMA_SOFTDIRTY | (file ? VMA_FILE | VMA_SHARED : 0));
    for (unsigned r = 0; r < setup.pages; ++r) {
      const Entry e = s.table[space][r];
      unsigned bits = 0;
      if (table.pte_present(e)) bits = ENTRY_PRESENT;
      if (table.pte_write(e)) bits |= ENTRY_WRITE;
      if (table.pte_dirty(e)) bits |= ENTRY_DIRTY;
      if (table.pte_young(e)) bits |= ENTRY_YOUNG;
      if (table.pte_soft_dirty(e)) bits |= ENTRY_SOFT_DIRTY;
      if (bits && s.frames[r].has(PageFrame::kExclusive)) bits |= ENTRY_EXCLUSIVE;
      scenario->entry[space * setup.pages + r] = static_cast<unsigned short>(bits);
    }
  }
  return scenario;
}

TEST(ConcurrentReclaim, DoesWhatTheModelOfOneProcessorDoes) {
  unsigned compared = 0, restored = 0, batched = 0;
  for (Arch arch = 0; arch < kArchs; ++arch) {
    const EntryTable table(arch);
    for (const Policy& policy : policies()) {
      for (const char* text :
           {"anon/1:reclaim", "anon/1/child:reclaim", "anon/2:reclaim", "anon/2/child:reclaim",
            "lazyfree/1:reclaim", "lazyfree/1/child:reclaim", "lazyfree/2:reclaim",
            "lazyfree/2/child:reclaim", "file/1:reclaim", "file/2:reclaim"}) {
        SmpSetup setup;
        setup.arch = arch;
        setup.policy = policy;
        parse(text, setup);
        const ConcurrentModel model(setup, table);
        model.initial([&](ConcurrentState state) {
          SCOPED_TRACE(std::string(archId(arch)) + " " + policy.name + " " + text);
          const auto scenario = scenarioOf(setup, table, state.machine);
          const ModelRun run = runOnModel(*scenario, policy, arch);
          ASSERT_EQ(run.outcome.status, STATUS_DONE) << run.outcome.message;
          for (unsigned i = 0; i < 100 && !model.done(state); ++i) model.take(state, 0, 0);
          ASSERT_TRUE(model.done(state));
          for (unsigned space = 0; space < scenario->processes; ++space)
            for (unsigned r = 0; r < setup.pages; ++r) {
              const auto& want = run.outcome.entry[space * setup.pages + r];
              EXPECT_EQ(table.word(state.machine.table[space][r]), want.after)
                  << space << " " << r << " " << std::hex << want.before;
              restored += want.after == want.before && want.before != 0;
            }
          batched += run.outcome.batched_entries > run.outcome.batches;
          ++compared;
        });
      }
    }
  }
  EXPECT_GT(compared, 1000U);
  EXPECT_GT(restored, 100U);
  EXPECT_GT(batched, 100U);
}

}  // namespace
}  // namespace ptecheck
