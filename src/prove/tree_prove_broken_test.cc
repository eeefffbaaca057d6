// SPDX-License-Identifier: GPL-2.0-only
//
// Headers of a real kernel tree, Debian's 6.12, edited by scripts: what is broken must come out as
// a false lemma, with a counterexample that the compiled tree confirms, and as a difference from
// the model; what cannot be translated must come out as refused, by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "prove/tree_prove.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/tree_edit.h"

namespace ptecheck {
namespace {

constexpr const char* kX86Header = "arch/x86/include/asm/pgtable.h";

TreeProveOptions optionsFor(const char* arch, const std::vector<std::string>& lemmas) {
  TreeProveOptions options;
  options.tree.tree = getKernelSource("6.12", {});
  options.tree.arch = arch;
  options.lemmas = lemmas;
  options.jobs = 2;
  options.compare.most_pfns = 1;
  options.columns.most_combinations = std::uint64_t{1} << 16;
  return options;
}

TreeEdit unedited() { return TreeEdit(getKernelSource("6.12", {})); }

TreeProof prove(const TreeEdit& edit, const char* arch, const std::vector<std::string>& lemmas) {
  const TreeProveOptions options = optionsFor(arch, lemmas);
  return proveHelpers(buildTreeHelpers(edit.view(), options.tree), options);
}

const TreeLemma& find(const TreeProof& proof, const std::string& name) {
  for (const TreeLemma& lemma : proof.lemmas)
    if (lemma.result.lemma == name) return lemma;
  throw Error(ErrorKind::kUsage, "no lemma " + name);
}

// Helpers that are not the model's, without an explanation.
std::set<std::string> different(const TreeProof& proof) {
  std::set<std::string> helpers;
  for (const HelperDifference& difference : proof.comparison.differences)
    if (difference.explained.empty()) helpers.insert(difference.helper);
  return helpers;
}

using Names = std::set<std::string>;

void has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

// Five helpers at a time, which lemmas about each other do not depend on. To edit one more header
// is to configure one more tree.
//
// RW is cleared and D with it, instead of going to SavedDirty; uffd-wp of a swap entry overlaps
// soft-dirty; protnone entries, whose page frames are inverted, advance backwards. Assembler code
// that writes memory is refused. Other assembler code may give any value: a lemma that needs a
// value which it never gives is refused, one that holds whatever it gives is not.
TEST(TreeBrokenX86, HelpersAreRefutedAndDifferAndAssemblerCodeIsRefused) {
  TreeEdit edit = unedited();
  edit.in(kX86Header, "pte_wrprotect")
      .replace("return pte_mksaveddirty\\(pte\\);", "return pte_clear_flags(pte, _PAGE_DIRTY);");
  edit.in(kX86Header, "pte_swp_mkuffd_wp")
      .replace("_PAGE_SWP_UFFD_WP", "_PAGE_SWP_UFFD_WP | _PAGE_SWP_SOFT_DIRTY");
  edit.in(kX86Header, "pte_advance_pfn").replace("pte_val\\(pte\\) - ", "pte_val(pte) + ");
  edit.in(kX86Header, "pte_mkold")
      .insertBefore("return ", "asm volatile(\"nop\" : : : \"memory\");\n\t");
  edit.in(kX86Header, "pte_mkclean")
      .replace("return pte_clear_flags\\(pte, _PAGE_DIRTY_BITS\\);",
               "pteval_t none = 0;\n\tasm(\"nop # hidden\" : \"+r\"(none));\n"
               "\treturn pte_clear_flags(pte, _PAGE_DIRTY_BITS | none);");
  const TreeProof proof =
      prove(edit, "x86_64",
            {"wrprotect-keeps", "swp_mkuffd_wp-keeps", "advance-adds", "advance_pfn-keeps",
             "mkyoung-keeps", "mkold-does", "mkclean-does", "mkclean-keeps"});

  EXPECT_EQ(different(proof), (Names{"pte_wrprotect", "pte_mkuffd_wp", "pte_swp_mkuffd_wp",
                                     "pte_advance_pfn", "pte_batch_clear_ignored"}));
  const LemmaResult& dirty = find(proof, "wrprotect-keeps/dirty-lost").result;
  EXPECT_EQ(dirty.verdict, ProofVerdict::kFails);
  EXPECT_EQ(dirty.words, (std::vector<std::uint64_t>{0x41}));  // present and dirty, no more
  EXPECT_EQ(find(proof, "swp_mkuffd_wp-keeps/soft-dirty").result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(find(proof, "advance-adds/twice").result.verdict, ProofVerdict::kHolds);
  EXPECT_EQ(find(proof, "advance_pfn-keeps/pfn").result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(find(proof, "mkyoung-keeps/dirty-lost").result.verdict, ProofVerdict::kHolds);

  const TreeLemma& writes = find(proof, "mkold-does/young");
  EXPECT_EQ(writes.result.verdict, ProofVerdict::kUnknown);
  has(writes.refused, "helper_pte_mkold: ");
  has(writes.refused, "writes memory");
  EXPECT_EQ(find(proof, "mkclean-does/dirty").result.verdict, ProofVerdict::kHolds);
  const TreeLemma& depends = find(proof, "mkclean-keeps/young-lost");
  EXPECT_EQ(depends.result.verdict, ProofVerdict::kUnknown);
  has(depends.refused, "values that are not known: assembler code \"nop # hidden\"");
}

// One of the two dirty bits survives; and formulas that are not those of the compiled code, as a
// mistake of the translator would make them, are caught both ways.
TEST(TreeBrokenX86, MkcleanIsRefutedAndMistakesOfTheTranslatorAreCaught) {
  TreeEdit edit = unedited();
  edit.in(kX86Header, "pte_mkclean").replace("_PAGE_DIRTY_BITS", "_PAGE_DIRTY");
  const TreeProveOptions options = optionsFor("x86_64", {"mkclean-does"});
  const TreeHelpersBuild good = buildTreeHelpers(unedited().view(), options.tree);
  const TreeHelpersBuild broken = buildTreeHelpers(edit.view(), options.tree);

  const TreeProof proof = proveHelpers(broken, options);
  EXPECT_EQ(proof.lemmas.at(0).result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(different(proof), (Names{"pte_mkclean", "pte_batch_clear_ignored"}));
  has(proof.comparison.differences.at(0).text, "bits gained in the tree: SavD; lost: none");

  const auto mistake = [&options](const TreeHelpersBuild& build) -> std::string {
    try {
      proveHelpers(build, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInternal);
      return error.what();
    }
    return "no error";
  };
  TreeHelpersBuild mixed = good;
  mixed.ir = broken.ir;  // a counterexample that is none
  has(mistake(mixed), "mistake in ptecheck");
  mixed = broken;
  mixed.ir = good.ir;  // a lemma that holds of the formulas alone
  has(mistake(mixed), "is false for");
}

// The normalisation of 6.17, whose flags say what to respect instead of what to ignore. `write`:
// does it obey FPB_RESPECT_WRITE?
TreeEdit respecting(bool write) {
  TreeEdit edit = unedited();
  edit.in("mm/internal.h", "__pte_batch_clear_ignored")
      .insertBeforeFunction(
          "#define FPB_RESPECT_DIRTY ((__force fpb_t)BIT(4))\n"
          "#define FPB_RESPECT_SOFT_DIRTY ((__force fpb_t)BIT(5))\n"
          "#define FPB_RESPECT_WRITE ((__force fpb_t)BIT(6))\n")
      .replace("flags & FPB_IGNORE_DIRTY", "!(flags & FPB_RESPECT_DIRTY)")
      .replace("flags & FPB_IGNORE_SOFT_DIRTY", "!(flags & FPB_RESPECT_SOFT_DIRTY)");
  if (write)
    edit.replace("return pte_wrprotect\\(pte_mkold\\(pte\\)\\);",
                 "if (!(flags & FPB_RESPECT_WRITE))\n\t\tpte = pte_wrprotect(pte);\n"
                 "\treturn pte_mkold(pte);");
  return edit;
}

// Respected, entries that differ in write end a batch; ignored, they do not. (In the same tree
// pte_mkclean() leaves what hardware writes by, so that a write is not noticed.)
TEST(TreeBrokenS390, NormalisationThatIgnoresWriteIsRefutedAndDiffers) {
  const TreeProof good = prove(respecting(true), "s390", {"batch-write-soft"});
  EXPECT_EQ(different(good), Names{});
  EXPECT_TRUE(good.comparison.missing.empty());
  EXPECT_EQ(find(good, "batch-write-soft/write").result.verdict, ProofVerdict::kHolds);
  EXPECT_EQ(find(good, "batch-write-soft/pfn").result.verdict, ProofVerdict::kHolds);

  TreeEdit edit = respecting(false);
  edit.in("arch/s390/include/asm/pgtable.h", "pte_mkclean")
      .replace("return set_pte_bit\\(pte, __pgprot\\(_PAGE_PROTECT\\)\\);", "return pte;");
  const TreeProof bad = prove(edit, "s390", {"batch-write-soft", "mkclean-keeps", "mkclean-does"});
  EXPECT_EQ(different(bad), (Names{"pte_mkclean", "pte_batch_clear_ignored_write"}));
  EXPECT_EQ(find(bad, "batch-write-soft/write").result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(find(bad, "batch-write-soft/write").result.words.size(), 3u);
  EXPECT_EQ(find(bad, "batch-write-soft/soft-dirty").result.verdict, ProofVerdict::kHolds);
  EXPECT_EQ(find(bad, "mkclean-keeps/well-formed").result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(find(bad, "mkclean-does/dirty").result.verdict, ProofVerdict::kHolds);
}

// riscv, whose pte_modify() depends on patched code.
TEST(TreeBrokenRiscv, ModifyThatLosesDirtyIsRefutedAndDiffers) {
  TreeEdit edit = unedited();
  edit.in("arch/riscv/include/asm/pgtable.h", "pte_modify")
      .replace("pte_val\\(pte\\) & ", "pte_val(pte) & ~_PAGE_DIRTY & ");
  const TreeProof proof = prove(edit, "riscv", {"modify_none-keeps"});
  EXPECT_EQ(different(proof), Names{"pte_modify"});
  EXPECT_EQ(find(proof, "modify_none-keeps/dirty-lost").result.verdict, ProofVerdict::kFails);
  EXPECT_EQ(find(proof, "modify_none-keeps/dirty-gained").result.verdict, ProofVerdict::kHolds);
}

}  // namespace
}  // namespace ptecheck
