// SPDX-License-Identifier: GPL-2.0-only
#include "prove/helper_compare.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <span>

#include "prove/helper_program.h"
#include "prove/in_threads.h"
#include "prove/words.h"
#include "scenario/hex.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;
using Column = std::vector<Word>;

// Differences that are none: what a helper makes of words that nobody gives it.
struct Explanation {
  const char* helper;
  bool (*applies)(std::span<const ModelHelper> model, Word a, Word b);
  const char* reason;
};

constexpr Explanation kExplanations[] = {
    {"swp_entry",
     [](std::span<const ModelHelper> model, Word type, Word offset) {
       const Word entry = model[helperNumber("swp_entry")](0, offset);
       return type >= 32 || model[helperNumber("swp_offset")](entry, 0) != offset;
     },
     "no swap file has such a type or offset (MAX_SWAPFILES_SHIFT, and swapfile_maximum_size of"
     " mm/swapfile.c)"},
};

// One helper, in one thread.
class Comparison {
 public:
  Comparison(Arch arch, HelperProgram& tree, const HelperCompareOptions& options)
      : facts_(formatFacts(arch)),
        model_(modelHelpers(arch)),
        tree_(tree),
        options_(options),
        words_(facts_, options.most_pfns) {}

  // Nothing if the model does not have this helper.
  void compare(unsigned helper, HelperComparison* out) {
    if (!model_[helper]) return;
    out_ = {};
    if (tree_.has(helper))
      compareOne(helper);
    else
      out_.missing.push_back(helperKinds()[helper].name);
    *out = out_;
  }

 private:
  void compareOne(unsigned helper) {
    const HelperKind& kind = helperKinds()[helper];
    out_.helpers = 1;
    if (kind.words == 0) return exhaustive(helper, {0}, 0);
    if (isOfNumbers(kind)) {
      numbers(helper);
    } else {
      for (Word second : secondWords(kind)) entries(helper, second);
      if (kind.second == HelperKind::ENTRY) pairs(helper);
    }
    sampled(helper, kind);
  }

  // pfn_pte() and swp_entry() take numbers, not an entry.
  static bool isOfNumbers(const HelperKind& kind) {
    const std::string_view name = kind.name;
    return name == "pfn_pte" || name == "swp_entry";
  }

  std::vector<Word> protections() const {
    const auto make = [&](const char* name, Word a) { return model_[helperNumber(name)](a, 0); };
    const Word readonly = make("page_readonly", 0), none = make("page_none", 0);
    return {readonly, none, make("pte_mkwrite_plain", readonly), make("pte_mkwrite_novma", none)};
  }

  // Second words that every combination is tried with.
  std::vector<Word> secondWords(const HelperKind& kind) const {
    if (kind.words == 1) return {0};
    switch (kind.second) {
      case HelperKind::PROTECTION:
        return protections();
      case HelperKind::FLAGS:
        return {0, 1, 2, 3};
      case HelperKind::ENTRY:
        return {};
      default:
        return {0, 1, 511};  // pages
    }
  }

  void entries(unsigned helper, Word second) {
    for (Word from = 0; from < words_.size(); from += HELPER_ROWS) {
      const std::size_t rows = std::size_t(std::min<Word>(HELPER_ROWS, words_.size() - from));
      exhaustive(helper, words_.chunk(from, rows), second);
    }
  }
  void exhaustive(unsigned helper, const Column& a, Word second) {
    out_.exhaustive_calls += a.size();
    const Word b[] = {second};
    check(helper, a, b);
  }

  // Equal words, and words that differ in one bit, another one each time.
  void pairs(unsigned helper) {
    for (Word from = 0; from < words_.size(); from += HELPER_ROWS) {
      const std::size_t rows = std::size_t(std::min<Word>(HELPER_ROWS, words_.size() - from));
      const Column a = words_.chunk(from, rows);
      Column b = a;
      for (std::size_t i = 0; i < rows; ++i)
        if (i % 65 != 64) b[i] ^= Word{1} << (i % 65);
      out_.exhaustive_calls += rows;
      check(helper, a, b);
    }
  }

  // Page frames with every protection word there can be; types and offsets.
  void numbers(unsigned helper) {
    if (std::string_view(helperKinds()[helper].name) == "pfn_pte") {
      const Word frames = facts_.pfn_mask >> facts_.pfn_shift;
      for (Word frame : {Word{0}, frames, Word{1}})
        for (Word from = 0; from < words_.combinations(); from += HELPER_ROWS) {
          const std::size_t rows =
              std::size_t(std::min<Word>(HELPER_ROWS, words_.combinations() - from));
          out_.exhaustive_calls += rows;
          check(helper, Column(rows, frame), words_.chunk(from, rows));
        }
      return;
    }
    Column types, offsets;
    for (Word type = 0; type < 32; ++type)
      for (unsigned shift = 0; shift < 64; ++shift)
        for (Word offset : {Word{1} << shift, (Word{1} << shift) - 1, ~Word{0} << shift})
          types.push_back(type), offsets.push_back(offset);
    out_.exhaustive_calls += types.size();
    check(helper, types, offsets);
  }

  void sampled(unsigned helper, const HelperKind& kind) {
    RandomWords random(options_.seed + helper);
    Column a = random.take(options_.samples);
    if (std::string_view(kind.name) == "pfn_pte")
      for (Word& frame : a) frame &= facts_.pfn_mask >> facts_.pfn_shift;  // others are asserted
    Column b(options_.samples, 0);
    if (kind.words == 2) {
      b = random.take(options_.samples);
      for (Word& word : b) {
        if (kind.second == HelperKind::FLAGS) word &= 3;
        if (std::string_view(kind.name) == "pte_advance_pfn") word &= 0xffff;
      }
    }
    check(helper, a, b);
  }

  void check(unsigned helper, const Column& a, std::span<const Word> b) {
    tree_results_.resize(a.size());
    tree_.call(helper, a, b, tree_results_);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Word second = b.size() > 1 ? b[i] : b[0];
      const Word expected = model_[helper](a[i], second);
      if (expected != tree_results_[i]) differ(helper, a[i], second, expected, tree_results_[i]);
    }
  }

  void differ(unsigned helper, Word a, Word b, Word model, Word tree) {
    const HelperKind& kind = helperKinds()[helper];
    std::string reason;
    for (const Explanation& known : kExplanations)
      if (known.helper == std::string_view(kind.name) && known.applies(model_, a, b))
        reason = known.reason;
    for (HelperDifference& known : out_.differences) {
      if (known.explained != reason) continue;
      ++known.count;
      return;
    }
    out_.differences.push_back({kind.name, a, b, model, tree, 1, reason, ""});
    HelperDifference& difference = out_.differences.back();
    difference.text = inWords(kind, difference);
  }

  std::string inWords(const HelperKind& kind, const HelperDifference& d) const {
    const bool number = isOfNumbers(kind);
    std::string text = std::string(kind.name) + "(";
    if (kind.words > 0) text += number ? hex(d.a) : describeEntry(facts_, d.a);
    if (kind.words > 1)
      text += "; " + (kind.second == HelperKind::ENTRY ? describeEntry(facts_, d.b) : hex(d.b));
    const std::string_view name = kind.name;
    const bool swap = name.find("swp_") != name.npos;
    const bool makes_entry =
        !kind.is_question && name != "pte_pfn" && name != "swp_type" && name != "swp_offset";
    const auto result = [&](Word word) {
      return makes_entry ? describeEntry(facts_, word) : hex(word);
    };
    text += ")\n  model: " + result(d.model) + "\n  tree:  " + result(d.tree);
    if (makes_entry) {
      const BitName::Form form = swap ? BitName::kSwap : BitName::kPresent;
      text += "\n  bits gained in the tree: " + nameBits(facts_, form, d.tree & ~d.model) +
              "; lost: " + nameBits(facts_, form, d.model & ~d.tree);
    }
    return text;
  }

  FormatFacts facts_;
  std::span<const ModelHelper> model_;
  HelperProgram& tree_;
  HelperCompareOptions options_;
  EntryWords words_;
  HelperComparison out_;  // of the helper at work
  Column tree_results_;
};

}  // namespace

bool HelperComparison::equal() const {
  return std::all_of(differences.begin(), differences.end(),
                     [](const HelperDifference& d) { return !d.explained.empty(); });
}

HelperComparison compareHelpers(Arch arch, const TreeHelpersBuild& build,
                                const HelperCompareOptions& options, unsigned jobs) {
  std::vector<HelperComparison> each(helperKinds().size());
  std::atomic<unsigned> next = 0;
  inThreads(jobs, [&] {
    HelperProgram program(build);
    Comparison comparison(arch, program, options);
    for (unsigned i = next++; i < each.size() && !stopRequested(); i = next++)
      comparison.compare(i, &each[i]);
  });
  const EntryWords words(formatFacts(arch), options.most_pfns);
  HelperComparison all;
  all.combinations = words.combinations();
  all.pfns = words.pfns();
  all.samples = options.samples;
  all.seed = options.seed;
  for (const HelperComparison& one : each) {
    all.helpers += one.helpers;
    all.exhaustive_calls += one.exhaustive_calls;
    all.missing.insert(all.missing.end(), one.missing.begin(), one.missing.end());
    all.differences.insert(all.differences.end(), one.differences.begin(), one.differences.end());
  }
  return all;
}

}  // namespace ptecheck
