// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_recipe.h"

#include <gtest/gtest.h>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_configure.h"
#include "subject/tree_files.h"
#include "subject/tree_lines.h"
#include "subject/tree_link.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

TEST(Recipe, ComesCompleteWithTheExecutable) {
  TemporaryFolder cache(fs::path(testing::TempDir()) / "ptecheck-recipe");
  const AgentRecipe recipe = loadRecipe(cache.path());
  EXPECT_NE(recipe.fragment.find("CONFIG_SWAP=y"), std::string::npos);
  for (const char* file : {"kernel_agent/agent.c", "kernel_agent/main.c", "kernel_agent/protocol.h",
                           "kernel_agent/overlay/asm/bug.h", "scenario/flat.h"})
    EXPECT_EQ(readFile(recipe.folder / file),
              readFile(fs::path(PTECHECK_SOURCE_DIR) / "src" / file))
        << file;
  EXPECT_FALSE(recipe.drop_flags.empty());
  EXPECT_FALSE(recipe.required.at(0).reason.empty());
  EXPECT_EQ(loadRecipe(cache.path()).folder, recipe.folder);
}

TEST(Recipe, SplitsCommandsAsTheShellDoes) {
  EXPECT_EQ(splitCommand("gcc  -DA='\"x y\"' -DB=\\\"z\\\" \"c\\\"d\" ''"),
            (Words{"gcc", "-DA=\"x y\"", "-DB=\"z\"", "c\"d", ""}));
}

TEST(Recipe, ChangesKbuildsFlags) {
  AgentRecipe recipe;
  recipe.drop_flags = {"-W.*", "-c", "-o", ".*/rmap\\.[oc]", "-O[0-9]"};
  recipe.add_flags = {"-g1"};
  EXPECT_EQ(
      compileFlags(recipe,
                   "savedcmd_mm/rmap.o := gcc -Wall -I../include -DX='a b' -O2 -c -o mm/rmap.o "
                   "../mm/rmap.c ; objtool mm/rmap.o\n\nsource_mm/rmap.o := ../mm/rmap.c\n"),
      (Words{"-I../include", "-DX=a b", "-g1"}));
  EXPECT_THROW(compileFlags(recipe, "nothing"), Error);
}

TEST(Recipe, ProbesSpellingsAndArguments) {
  AgentRecipe recipe;
  recipe.spellings = {"aa", "bb()", "cc()", "dd", "ee()"};
  recipe.required = {{{"aa"}, "needs aa"}, {{"xx", "bb"}, "either"}, {{"yy", "zz"}, "has none"}};
  const std::string text =
      "#define aa 1\n#define cc(a, b, c) cc(a)\nint bb(int (*f)(int, int), struct s x,\n\tint y);\n"
      "void ee(void);\nint ddd, xdd;\n";
  EXPECT_EQ(
      haveHeader(recipe, text, "n = folio_pte_batch_flags(x);"),
      "/* Generated: which spellings this tree has. */\n#define HAVE_aa 1\n#define HAVE_bb 1\n"
      "#define NARGS_bb 3\n#define HAVE_cc 1\n#define NARGS_cc 1\n#define HAVE_ee 1\n"
      "#define NARGS_ee 0\n#define RMAP_CALLS_folio_pte_batch_flags 1\n");
  EXPECT_EQ(missingSpellings(recipe, text), "  yy or zz: has none");
}

TEST(Recipe, TurnsFarmPathsIntoTheUsers) {
  EXPECT_EQ(userPaths("/c/farm/mm/rmap.c:1: in ../mm/x.c:2 and a/../b, (../y.h)", "/c/farm",
                      "/home/linux"),
            "/home/linux/mm/rmap.c:1: in /home/linux/mm/x.c:2 and a/../b, (/home/linux/y.h)");
  EXPECT_EQ(userPaths("/c/farm/ptecheck_out/../mm/rmap.c", "/c/farm", "/t"), "/t/mm/rmap.c");
}

TEST(Link, TellsFunctionsFromData) {
  const UndefinedSymbols symbols = undefinedSymbols(
      "x.c:1: undefined reference to `wake_up'\nx.c:2: undefined reference to `jiffies'\n"
      "more undefined references to `jiffies' follow\nundefined reference to `ops_function'\n",
      "0000000000000004 R_X86_64_PLT32    wake_up-0x0000000000000004\n"
      "0000000000000014 R_X86_64_PC32     jiffies-0x0000000000000004\n"
      "0000000000000024 R_X86_64_64       ops_function\n");
  EXPECT_EQ(symbols.functions, (Words{"wake_up"}));
  EXPECT_EQ(symbols.data, (Words{"jiffies", "ops_function"}));
}

// A program with an undefined function and an undefined datum links, reports both, and runs.
TEST(Link, StubsReportThemselves) {
  TemporaryFolder folder(fs::path(testing::TempDir()) / "ptecheck-link");
  const std::string source =
      "#include <stdio.h>\n#include <stdlib.h>\n"
      "struct datum { unsigned long long address, size; const char *name; };\n"
      "extern const struct datum ptecheck_unknown_data[];\n"
      "extern char ptecheck_unknown_begin[], ptecheck_unknown_end[];\n"
      "extern int some_datum; void some_function(void);\n"
      "void env_unmodelled(const char *name, void *back) {\n"
      "  printf(\"%s %d %s\\n\", name, back != 0, ptecheck_unknown_data[0].name);\n"
      "  printf(\"%d\\n\", ptecheck_unknown_data[0].address == (unsigned long long)&some_datum &&\n"
      "    (char *)&some_datum >= ptecheck_unknown_begin && (char *)&some_datum < "
      "ptecheck_unknown_end &&\n"
      "    !((unsigned long)ptecheck_unknown_begin & 4095) && !ptecheck_unknown_data[1].name);\n"
      "  exit(0);\n}\n"
      "int main(void) { some_function(); return some_datum; }\n";
  ASSERT_TRUE(
      runCommand(
          {{"gcc", "-x", "c", "-fno-pie", "-c", "-", "-o", "a.o"}, folder.path(), {}, source})
          .ok());
  const UndefinedSymbols symbols =
      linkAgent({folder.path() / "a.o"}, treeArch("x86_64"), "gcc", folder.path(), "agent");
  EXPECT_EQ(symbols.functions, (Words{"some_function"}));
  EXPECT_EQ(symbols.data, (Words{"some_datum"}));
  EXPECT_EQ(runCommand({{(folder.path() / "agent").string()}, {}, {}, {}}).output,
            "some_function 1 some_datum\n1\n");
}

TEST(Lines, AreReadFromObjdump) {
  const std::vector<LineRow> rows = parseDecodedLines(
      "agent.c:\nFile name   Line number    Starting address    View    Stmt\n"
      "rmap.c    10    0x100      x\nrmap.c    -    0x104\n\n../include/linux/mm.h:\n"
      "mm.h      20    0x200   1  x\n\nmm/rmap.c:\nrmap.c    30    0x300   x\nrmap.c    -    "
      "0x310\n"
      "mm.h      21    0x400\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].file, "mm/rmap.c");
  EXPECT_EQ(rows[0].line, 10u);
  EXPECT_EQ(rows[0].address, 0x100u);
  EXPECT_EQ(rows[1].file, "include/linux/mm.h");
  EXPECT_EQ(rows[2].line, 30u);
  EXPECT_EQ(rows[3].file, "include/linux/mm.h");
}

// The first header of a unit may leave out the folder, in which later ones name the same file.
TEST(Lines, OfAFileWithoutFolderAreThoseOfItsPath) {
  const std::vector<LineRow> rows = parseDecodedLines(
      "contpte.c:\nFile name   Line number    Starting address    View    Stmt\n"
      "contpte.c    10    0x100      x\n\n../arch/arm64/include/asm/pgtable.h:\n"
      "pgtable.h    20    0x200   1  x\npgtable.h    -    0x204\n"
      "contpte.c    11    0x300      x\n\n../arch/arm64/mm/contpte.c:\ncontpte.c    12    0x400   "
      "x\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].file, "arch/arm64/include/asm/pgtable.h");
  for (size_t i : {0u, 2u, 3u}) EXPECT_EQ(rows[i].file, "arch/arm64/mm/contpte.c") << i;
}

TEST(Lines, AreDescribedInRuns) {
  EXPECT_EQ(describeLines({{"mm/a.c", {1, 2, 3, 7}}, {"mm/b.h", {9, 10}}}),
            "mm/a.c: 1-3, 7; mm/b.h: 9-10");
}

TEST(Lines, DefinitionsAreFoundInTheFirstColumn) {
  TemporaryFolder tree(fs::path(testing::TempDir()) / "ptecheck-lines");
  writeFile(tree.path() / "mm/a.c",
            "void work(int a);\n/* work(a) */\nint caller(void)\n{\n\twork(1);\n}\n");
  writeFile(tree.path() / "mm/b.c",
            "extern int knob;\nint knob __read_mostly = 60;\nvoid work(int a)\n{\n}\n");
  writeFile(tree.path() / "arch/s390/mm/c.c", "void ours(void)\n{\n}\n");
  const TreeArch& x86 = treeArch("x86_64");
  EXPECT_EQ(findDefinition(tree.path(), x86, "ours", true), "");
  EXPECT_EQ(findDefinition(tree.path(), treeArch("s390"), "ours", true), "arch/s390/mm/c.c:1");
  EXPECT_EQ(findDefinition(tree.path(), x86, "work", true), "mm/b.c:3");
  EXPECT_EQ(findDefinition(tree.path(), x86, "knob", false), "mm/b.c:2");
  EXPECT_EQ(findDefinition(tree.path(), x86, "nowhere", true), "");
}

}  // namespace
}  // namespace ptecheck
