// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_stores.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "check/tale.h"
#include "check/tree_event_mutants.h"
#include "check/vocabulary.h"
#include "scenario/text.h"
#include "subject/kernel_source.h"
#include "subject/tree_subject.h"

namespace ptecheck {
namespace {

// Nothing changes in a table but by the stores that are told, and each is of a line.
TEST(TreeStores, AreAllThatChangesEntries) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  for (const char* name : {"good_swapped_out", "good_partial_success", "bad_migration_entry"}) {
    SCOPED_TRACE(name);
    const ScenarioFile file = readScenarioFile(
        std::string(PTECHECK_SOURCE_DIR "/examples/") + name + ".pte", vocabulary());
    const Scenario& s = file.scenario;
    const ModelRun run = runOnTree(s, options);
    const std::vector<TreeStores> all = storesOnTree(s, run.outcome, options);
    EXPECT_FALSE(all.empty());
    std::vector<unsigned long long> before;
    for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
      before.push_back(run.outcome.entry[i].before);
    for (const TreeStores& stores : all) {
      EXPECT_TRUE(stores.place.starts_with("mm/rmap.c:")) << stores.place;
      EXPECT_NE(stores.function.find("_one"), std::string::npos) << stores.function;
      for (unsigned i = 0; i < before.size(); ++i) {
        const bool told = i / s.pages == stores.process && i % s.pages >= stores.page &&
                          i % s.pages < stores.page + stores.count;
        EXPECT_TRUE(told || stores.then.entry[i] == before[i]) << i;
        before[i] = stores.then.entry[i];
      }
    }
  }
}

// What one line does to a batch, entry by entry, is one thing.
TEST(TreeStores, OfABatchAreToldAsOne) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  TreeEdit edit(tree);
  treeEventMutants().back().apply(edit);  // batches, and is right
  TreeCheckOptions options;
  options.tree = tree;
  options.view = edit.view();
  const Scenario s = parseScenario(
                         "folio: 4 pages, lazyfree, references 1\nvma A: write\npage  A\n"
                         "0-3   wED....\noperation: try_to_unmap\n",
                         "batch")
                         .scenario;
  const TreeBuild build = buildTree(edit.view(), {.tree = tree, .events = true});
  TreeSubject subject(build);
  auto outcome = std::make_unique<Outcome>();
  const Scenario* const in[] = {&s};
  Outcome* const out[] = {outcome.get()};
  subject.run(in, out);
  ASSERT_EQ(outcome->status, STATUS_DONE) << outcome->message;
  const std::vector<TreeStores> all = storesOnTree(s, *outcome, options);
  ASSERT_EQ(all.size(), 2U);
  for (const TreeStores& stores : all) {
    EXPECT_EQ(stores.page, 0U);
    EXPECT_EQ(stores.count, 4U);
  }
  EXPECT_EQ(all[0].then.entry[3], 0U) << "taken out";
  EXPECT_NE(all[1].then.entry[3], 0U) << "put back";
}

}  // namespace
}  // namespace ptecheck
