// SPDX-License-Identifier: GPL-2.0-only
#include "prove/counterexample.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "prove/lemmas_migration.h"
#include "prove/model_helpers.h"
#include "prove/observers.h"
#include "scenario/hex.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;

// Bits and fields that are not zero; the page frame as Linux reads it, or the swap entry's.
std::string namedBits(const ModelFormat& format, Word pte) {
  const FormatFacts facts = formatFacts(format.arch);
  const WordHelpers& h = *format.words;
  const bool present = h.pte_present(pte);
  if (h.pte_none(pte)) return "none";
  std::string bits, fields;
  Word named = 0;
  for (const BitName& name : facts.names) {
    if (name.form != (present ? BitName::kPresent : BitName::kSwap)) continue;
    named |= name.mask;
    const Word value = pte & name.mask;
    if (value == 0 || name.mask == facts.pfn_mask) continue;
    if (std::popcount(name.mask) == 1)
      bits += (bits.empty() ? "" : " ") + std::string(name.name);
    else
      fields += std::string(", ") + name.name + " " + hex(value >> std::countr_zero(name.mask));
  }
  if (present) {
    const Word pfn = h.pte_pfn(pte);
    if (pte & ~named) fields += ", other bits " + hex(pte & ~named);
    return (bits.empty() ? "no bits" : bits) + (pfn == 0 ? "" : ", pfn " + hex(pfn)) + fields;
  }
  return (bits.empty() ? "" : bits + ", ") + "type " + hex(h.swp_type(pte)) + ", offset " +
         hex(h.swp_offset(pte));
}

std::vector<std::string> observed(const WordHelpers& h, Word pte) {
  std::vector<std::string> is;
  if (h.pte_none(pte)) return {"empty"};
  const auto add = [&is](bool yes, const char* name) {
    if (yes) is.emplace_back(name);
  };
  if (!h.pte_present(pte)) {
    is.emplace_back("not present");
    const auto remember = [&]<class R>(R) { add(R::exists(h) && R::of(h, pte), R::kName); };
    remember(RememberSoftDirty());
    remember(RememberUffdWp());
    remember(RememberExclusive());
  } else {
    forEachObserver([&]<class O>(O) {
      if (!std::is_same_v<O, ObservePresent>) add(O::exists(h) && O::of(h, pte), O::kName);
    });
  }
  add(h.hw_reads(pte), "hw-read");
  add(h.hw_writes(pte, false), "hw-write");
  add(h.has_shadow_stack() && h.hw_writes(pte, true), "hw-shadow-stack");
  return is;
}

// What the words of a lemma are follows from how many there are, and how many of them are entries;
// and from its group where numbers are of an unusual kind.
std::string roleOf(const LemmaResult& result, std::size_t word) {
  const auto inGroup = [&result](const char* group) { return result.lemma.starts_with(group); };
  const std::size_t numbers = result.words.size() - result.entries;
  if (word < result.entries) return result.entries == 1 ? "entry" : word == 0 ? "first" : "second";
  if (result.entries == 2) return "pages on";
  if (result.entries == 1 && inGroup("modify-")) return "protection";
  if (result.entries == 1) return word == 1 ? "pages on" : "and pages on";
  if (numbers == 1) return "page frame";
  if (inGroup("fresh-")) return word == 0 ? "page frame" : "protection";
  if (inGroup("marker/")) return word == 0 ? "marker" : "with";
  if ((inGroup("page-entry/") || inGroup("migration/")) && word == 1) return "page frame";
  return word == 0 ? "type" : word == 1 ? "offset" : "with";
}

// Of a swap entry: what it is to remember (SwapEntry::make, PageEntryLemmas::make).
std::string choices(Word chosen) {
  using Page = PageEntryLemmas<WordHelpers>;
  std::string text;
  const auto add = [&](Word choice, const char* name) {
    if (chosen & choice) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(RememberSoftDirty::kChoice, RememberSoftDirty::kName);
  add(RememberUffdWp::kChoice, RememberUffdWp::kName);
  add(RememberExclusive::kChoice, RememberExclusive::kName);
  add(Page::kYoung, "young");
  add(Page::kDirty, "dirty");
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::vector<ShownWord> showWords(const ModelFormat& format, const LemmaResult& result) {
  std::vector<ShownWord> shown;
  const auto addEntry = [&](const std::string& role, Word pte) {
    shown.push_back({role, pte, true, namedBits(format, pte), observed(*format.words, pte)});
  };
  for (std::size_t i = 0; i < result.words.size(); ++i) {
    const std::string role = roleOf(result, i);
    if (i < result.entries)
      addEntry(role, result.words[i]);
    else
      shown.push_back(
          {role, result.words[i], false, role == "with" ? choices(result.words[i]) : "", {}});
  }
  if (result.result) addEntry(result.entries == 0 ? "makes" : "becomes", *result.result);
  return shown;
}

const ModelFormat& pastFormat(const std::string& id) {
  return *std::find_if(modelFormats().begin(), modelFormats().end(), [&id](const ModelFormat& f) {
    return f.history != nullptr && f.history->id == id;
  });
}

std::vector<std::string> onlyFirst(const ShownWord& a, const ShownWord& b) {
  std::vector<std::string> only;
  for (const std::string& word : a.is)
    if (std::find(b.is.begin(), b.is.end(), word) == b.is.end()) only.push_back(word);
  return only;
}

}  // namespace ptecheck
