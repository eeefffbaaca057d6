// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_arch.h"

#include <gtest/gtest.h>

#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/process.h"
#include "subject/tree_files.h"
#include "subject/tree_prepare.h"

namespace ptecheck {
namespace {

TEST(Architectures, AreFoundByTheKernelsName) {
  EXPECT_STREQ(treeArch("powerpc").folder, "powerpc");
  EXPECT_EQ(treeArch("arm64").tool("gcc"), "aarch64-linux-gnu-gcc");
  EXPECT_EQ(treeArch("x86_64").tool("gcc"), "gcc");
  EXPECT_TRUE(treeArch("x86_64").packages().empty());
  EXPECT_EQ(
      treeArch("s390").packages(),
      (std::vector<std::string>{"gcc-s390x-linux-gnu", "libc6-dev-s390x-cross", "qemu-user"}));
  try {
    treeArch("loongarch");
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(),
                 "A kernel tree cannot be run for the architecture 'loongarch' here; there are "
                 "x86_64, arm64, s390, powerpc, riscv.");
  }
}

// Every architecture is configured, and a file of our own compiles against its headers.
TEST(TreeArchitectures, CompileOurFilesAgainstTheTreesHeaders) {
  const TreeView view(getKernelSource("6.12", {}));
  const TemporaryFolder folder(std::filesystem::path(testing::TempDir()) / "ptecheck-arch");
  const std::filesystem::path source = folder.path() / "own.c";
  writeFile(source,
            "#include <linux/mm.h>\n#include \"have.h\"\n#ifndef HAVE_try_to_unmap\n#error\n"
            "#endif\nunsigned long dirty(pte_t pte);\n"
            "unsigned long dirty(pte_t pte) { return pte_val(pte_mkdirty(pte)); }\n");
  for (const TreeArch& arch : treeArchs()) {
    PreparedTree tree(view, {.tree = view.root(), .arch = arch.id});
    const Compiled object =
        tree.compiler().compile({tree.kernelStep("own.c", {"-c", source.string()})}).at(0);
    ASSERT_FALSE(object.file.empty()) << arch.id << ": " << object.error;
    const std::string symbols =
        runCommand({{arch.tool("objdump"), "-t", object.file.string()}, {}, {}, {}}).output;
    EXPECT_NE(symbols.find("dirty"), std::string::npos) << arch.id;
  }
}

}  // namespace
}  // namespace ptecheck
