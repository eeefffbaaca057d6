// SPDX-License-Identifier: GPL-2.0-only
//
// What ends a scenario on other architectures than x86-64 (tree_test.cc has that): each has its own
// stubs, signals and addresses, and the file and line that a reader is given come out of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "subject/kernel_source.h"
#include "subject/tree.h"
#include "subject/tree_arch.h"
#include "subject/tree_edit.h"
#include "subject/tree_subject.h"

namespace ptecheck {
namespace {

// One page in a droppable VMA, which the self-test does not have.
Scenario droppable(unsigned references) {
  Scenario s;
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  s.pages = 1, s.processes = 1, s.references = static_cast<unsigned short>(references);
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = VMA_WRITE | VMA_DROPPABLE;
  s.entry[0] = ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_YOUNG;
  return s;
}

// "mm/rmap.c:123", the line of the text in the edited file.
std::string lineOf(const TreeEdit& edit, const std::string& text) {
  const std::string file = *edit.view().read("mm/rmap.c");
  const auto end = file.begin() + static_cast<std::ptrdiff_t>(file.find(text));
  return "mm/rmap.c:" + std::to_string(1 + std::count(file.begin(), end, '\n'));
}

TEST(TreeTraps, NameTheirPlaceOnEachArchitecture) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  const std::map<std::string, std::string> kPrivileged = {
      {"arm64", "eret"}, {"s390", "sske %r1,%r1"}, {"powerpc", "mtmsrd 0"}, {"riscv", "sret"}};
  for (const TreeArch& arch : treeArchs().subspan(1)) {
    SCOPED_TRACE(arch.id);
    TreeEdit edit(tree);
    edit.in("mm/rmap.c", "try_to_unmap_one")
        .insertAfter("address = pvmw\\.address;",
                     "\n\t\tif (vma->vm_flags & "
                     "VM_DROPPABLE)\n\t\t\texample_trap(folio_ref_count(folio) - 2);")
        .insertBeforeFunction(
            "extern int vm_swappiness;\n"
            "static noinline void example_trap(int which)\n{\n"
            "\tif (which == 1)\n\t\tlru_add_drain();\n"
            "\tif (which == 2)\n\t\tWRITE_ONCE(vm_swappiness, READ_ONCE(vm_swappiness) + 1);\n"
            "\tif (which == 3)\n\t\tasm volatile(\"" +
            kPrivileged.at(arch.id) +
            "\");\n"
            "\tif (which == 4)\n\t\tWRITE_ONCE(*(int *)16, 1);\n"
            "}\n\n");
    const TreeBuild build = buildTree(edit.view(), {.tree = tree, .arch = arch.id});
    TreeSubject subject(build);
    struct Trap {
      unsigned char status;
      std::string where, what;
    };
    const Trap kTraps[] = {
        {STATUS_DONE, "", ""},
        {STATUS_UNMODELLED, lineOf(edit, "\t\tlru_add_drain();"), "reaches lru_add_drain()"},
        {STATUS_UNMODELLED, lineOf(edit, "WRITE_ONCE(vm_swappiness"), "variable vm_swappiness"},
        {STATUS_SIGNAL, lineOf(edit, "asm volatile(\"" + kPrivileged.at(arch.id)),
         "privileged instruction"},
        {STATUS_SIGNAL, lineOf(edit, "WRITE_ONCE(*(int *)16"), "SIGNAL 11"},
        {STATUS_DONE, "", ""},  // the agent goes on
    };
    for (unsigned which = 0; which < std::size(kTraps); ++which) {
      const Scenario scenario = droppable(which);
      Outcome outcome;
      const Scenario* in[] = {&scenario};
      Outcome* out[] = {&outcome};
      subject.run(in, out);
      EXPECT_EQ(outcome.status, kTraps[which].status) << which << " " << outcome.message;
      const std::string text = explainOutcome(build, outcome.message);
      for (const std::string& part : {kTraps[which].where, kTraps[which].what})
        EXPECT_NE(text.find(part), std::string::npos) << text << "\nnot: " << part;
    }
  }
}

}  // namespace
}  // namespace ptecheck
