// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: laws that every entry format must satisfy. They are tried on
//
//   made     every entry that helpers and hardware can make of a fresh one: found by doing all that
//            can be done until nothing new turns up. Few, and all there are.
//   any      every combination of named bits (of a field: none or all), and random words
//   swapped  swap entries with all types, and offsets at the edges and at random
#ifndef PTECHECK_PTE_FORMAT_LAWS_H
#define PTECHECK_PTE_FORMAT_LAWS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "pte/format.h"

namespace ptecheck::format_laws {

using Word = std::uint64_t;

inline constexpr Word kPfn = 0x12345;
inline constexpr unsigned kSeed = 20251125;
inline constexpr std::size_t kRandomWords = 4096;

// A protection of a shared, writable mapping: in all formats, the read-only one and write.
template <class F>
Word pageShared() {
  return F::pte_mkwrite_novma(F::page_readonly());
}

// What the kernel and hardware may do next with an entry.
template <class F>
std::vector<Word> nextEntries(Word pte) {
  std::vector<Word> next = {F::pte_wrprotect(pte),
                            F::pte_mkdirty(pte),
                            F::pte_mkclean(pte),
                            F::pte_mkyoung(pte),
                            F::pte_mkold(pte),
                            F::pte_mksoft_dirty(pte),
                            F::pte_clear_soft_dirty(pte),
                            F::pte_mkuffd_wp(pte),
                            F::pte_clear_uffd_wp(pte),
                            F::pte_mkspecial(pte),
                            F::pte_modify(pte, F::page_readonly()),
                            F::pte_modify(pte, F::page_none())};
  if (!F::pte_uffd_wp(pte)) next.push_back(F::pte_modify(pte, pageShared<F>()));
  if (!F::pte_uffd_wp(pte) && !F::pte_protnone(pte)) {
    next.push_back(F::pte_mkwrite(pte, false));
    if (F::kHasShadowStack) next.push_back(F::pte_mkwrite(pte, true));
  }
  if (F::hw_reads(pte)) next.push_back(F::hw_access(pte, false));
  for (bool shadow_stack : {false, true})
    if (F::kHasShadowStack >= shadow_stack && F::hw_writes(pte, shadow_stack))
      next.push_back(F::hw_access(pte, true));
  return next;
}

template <class F>
std::set<Word> madeEntries() {
  std::vector<Word> todo = {F::pfn_pte(kPfn, F::page_readonly()), F::pfn_pte(kPfn, F::page_none())};
  std::set<Word> made(todo.begin(), todo.end());
  constexpr std::size_t kTooMany = 4096;  // a format with a mistake may make no end of them
  while (!todo.empty() && made.size() < kTooMany) {
    const Word pte = todo.back();
    todo.pop_back();
    for (Word next : nextEntries<F>(pte))
      if (made.insert(next).second) todo.push_back(next);
  }
  return made;
}

template <class F>
std::vector<Word> anyWords() {
  std::vector<Word> words = {kPfn << F::kPfnShift};
  for (const BitName& name : F::kBitNames) {
    if (name.form != BitName::kPresent || name.mask == F::kPfnMask) continue;
    for (std::size_t i = 0, end = words.size(); i < end; ++i) words.push_back(words[i] | name.mask);
  }
  std::mt19937_64 random(kSeed);
  for (std::size_t i = 0; i < kRandomWords; ++i) words.push_back(random());
  return words;
}

struct SwapWord {
  Word type, offset, pte;
};
// Not the first offset, where a swap area has its header, and not the last: with type 0, the one is
// an empty entry on some architectures, the other on x86.
template <class F>
std::vector<SwapWord> swapWords() {
  const Word most = F::swp_offset(F::swp_entry(0, ~Word{0}));
  std::mt19937_64 random(kSeed);
  std::vector<SwapWord> words;
  for (Word type = 0; type < 32; ++type)
    for (Word offset : {Word{1}, most >> 1, most - 1, random() & most, random() & most})
      words.push_back({type, offset, F::swp_entry(type, offset)});
  return words;
}

// What can be asked of a present entry, as a set.
enum : unsigned { kWrite = 1, kDirty = 2, kYoung = 4, kSoftDirty = 8, kUffdWp = 16, kSpecial = 32 };
template <class F>
unsigned stateOf(Word pte) {
  return (F::pte_write(pte) ? kWrite : 0U) | (F::pte_dirty(pte) ? kDirty : 0U) |
         (F::pte_young(pte) ? kYoung : 0U) | (F::pte_soft_dirty(pte) ? kSoftDirty : 0U) |
         (F::pte_uffd_wp(pte) ? kUffdWp : 0U) | (F::pte_special(pte) ? kSpecial : 0U);
}

// The changes that have one purpose, with what is so, and what is not so, afterwards.
struct Change {
  const char* name;
  Word (*change)(Word);
  unsigned on, off;
};
template <class F>
const std::vector<Change>& changes() {
  constexpr unsigned kSoft = F::kHasSoftDirty ? kSoftDirty : 0U;
  constexpr unsigned kMarked = F::kMkdirtySetsSoftDirty ? kSoftDirty : 0U;
  constexpr unsigned kWp = F::kHasUffdWp ? kUffdWp : 0U;
  constexpr unsigned kProtected = F::kHasUffdWp ? kWrite : 0U;
  static const std::vector<Change> all = {{"wrprotect", F::pte_wrprotect, 0, kWrite},
                                          {"mkwrite_novma", F::pte_mkwrite_novma, kWrite, 0},
                                          {"mkdirty", F::pte_mkdirty, kDirty | kMarked, 0},
                                          {"mkclean", F::pte_mkclean, 0, kDirty},
                                          {"mkyoung", F::pte_mkyoung, kYoung, 0},
                                          {"mkold", F::pte_mkold, 0, kYoung},
                                          {"mksoft_dirty", F::pte_mksoft_dirty, kSoft, 0},
                                          {"clear_soft_dirty", F::pte_clear_soft_dirty, 0, kSoft},
                                          {"mkuffd_wp", F::pte_mkuffd_wp, kWp, kProtected},
                                          {"clear_uffd_wp", F::pte_clear_uffd_wp, 0, kWp},
                                          {"mkspecial", F::pte_mkspecial, kSpecial, 0}};
  return all;
}

// The laws, by name.
struct Law {
  const char* name;
  const char* says;
};
inline constexpr std::array kLaws = {
    Law{"one-form", "no entry is both none and present"},
    Law{"change-is-seen", "what a helper sets is set afterwards, what it clears is not"},
    Law{"change-again-is-nothing", "a change done twice is the change done once"},
    Law{"undefined-bits-stay", "bits without a meaning stay as they are"},
    Law{"dirty-is-not-lost", "nothing but pte_mkclean() makes an entry clean"},
    Law{"stays-present", "a present entry stays one"},
    Law{"page-frame-stays", "... and maps the same page"},
    Law{"advance-adds", "pte_advance_pfn() adds to the page frame"},
    Law{"advance-keeps-the-rest", "... and changes nothing else"},
    Law{"made-is-present", "fresh entries are present, and what becomes of them"},
    Law{"made-has-its-page-frame", "... and map the page they were made for"},
    Law{"uffd-wp-is-not-writable", "an entry that userfaultfd protects is not writable"},
    Law{"others-stay", "a change leaves alone what it is not for"},
    Law{"modify-keeps", "pte_modify() keeps dirty, soft-dirty, uffd-wp and special"},
    Law{"modify-to-none-is-protnone", "... and makes protnone entries"},
    Law{"modify-to-readable-is-not-protnone", "... and usable ones"},
    Law{"modify-takes-write", "... that are not writable if the protection is not"},
    Law{"modify-keeps-young", "... and no older than before"},
    Law{"progress-of-reads", "an entry that was made readable and young can be read"},
    Law{"progress-of-writes", "... and if made writable and dirty as well, can be written"},
    Law{"nothing-left-to-change", "a writable, dirty, young entry can be written as it is"},
    Law{"used-is-accessible", "what hardware can use, a TLB may hold"},
    Law{"old-is-accessible", "... also after it was made old"},
    Law{"protnone-is-refused", "hardware does not use protnone entries"},
    Law{"hardware-obeys-write", "hardware writes nothing that pte_write() denies"},
    Law{"written-is-readable", "what can be written can be read"},
    Law{"access-is-seen", "an access leaves the entry young, a write dirty"},
    Law{"access-keeps-others", "... and does nothing else to it"},
    Law{"traps-write-nothing", "where accesses trap, they do nothing to it at all"},
    Law{"swap-form", "swap entries are neither none nor present"},
    Law{"swap-is-refused", "hardware does not use them"},
    Law{"swap-type", "they give back their type"},
    Law{"swap-offset", "... their offset"},
    Law{"swap-bits", "... and their software bits"},
    Law{"swap-bits-clear", "without these they are what they were made as"},
    Law{"none-is-none", "none() is none"},
    Law{"none-is-refused", "hardware does not use it"},
    Law{"names-are-defined", "named bits have a meaning"},
    Law{"names-do-not-overlap", "no bit has two names"},
    Law{"table-size", "a table has a power of two of entries"},
};

// A law's place in kLaws; a name that is not there does not compile.
consteval std::size_t lawNamed(std::string_view name) {
  for (std::size_t i = 0; i < kLaws.size(); ++i)
    if (name == kLaws[i].name) return i;
  throw "no such law";
}

// For each law the first word that breaks it, and how; empty if none does.
using Broken = std::array<std::string, kLaws.size()>;

template <class F>
class Laws {
 public:
  const Broken& broken() {
    for (Word pte : anyWords<F>()) ofAny(pte);
    for (Word pte : madeEntries<F>()) ofMade(pte);
    for (const SwapWord& swap : swapWords<F>()) ofSwap(swap);
    ofNone();
    ofNames();
    return broken_;
  }

 private:
  void ofAny(Word pte) {
    require(!(F::pte_none(pte) && F::pte_present(pte)), lawNamed("one-form"), pte);
    for (const Change& c : changes<F>()) {
      const Word result = c.change(pte);
      const unsigned state = stateOf<F>(result);
      require((state & c.on) == c.on && (state & c.off) == 0, lawNamed("change-is-seen"), pte,
              c.name);
      require(c.change(result) == result, lawNamed("change-again-is-nothing"), pte, c.name);
      require(((result ^ pte) & ~F::kDefinedBits) == 0, lawNamed("undefined-bits-stay"), pte,
              c.name);
      if (!(c.off & kDirty) && F::pte_dirty(pte))
        require(F::pte_dirty(result), lawNamed("dirty-is-not-lost"), pte, c.name);
      if (!F::pte_present(pte)) continue;
      require(F::pte_present(result), lawNamed("stays-present"), pte, c.name);
      require(F::pte_pfn(result) == F::pte_pfn(pte), lawNamed("page-frame-stays"), pte, c.name);
    }
    for (Word protection : {F::page_readonly(), F::page_none()})
      if (F::pte_present(pte) && F::pte_dirty(pte))
        require(F::pte_dirty(F::pte_modify(pte, protection)), lawNamed("dirty-is-not-lost"), pte,
                "modify");
    constexpr Word kLastPfn = F::kPfnMask >> F::kPfnShift;
    for (Word n : {0, 1, 7, 511}) {
      if (!F::pte_present(pte) || F::pte_pfn(pte) > kLastPfn - n) continue;
      const Word advanced = F::pte_advance_pfn(pte, n);
      require(F::pte_pfn(advanced) == F::pte_pfn(pte) + n, lawNamed("advance-adds"), pte);
      require((advanced & ~F::kPfnMask) == (pte & ~F::kPfnMask), lawNamed("advance-keeps-the-rest"),
              pte);
    }
  }

  void ofMade(Word pte) {
    require(F::pte_present(pte) && !F::pte_none(pte), lawNamed("made-is-present"), pte);
    require(F::pte_pfn(pte) == kPfn, lawNamed("made-has-its-page-frame"), pte);
    require(!(F::pte_uffd_wp(pte) && F::pte_write(pte)), lawNamed("uffd-wp-is-not-writable"), pte);
    const unsigned state = stateOf<F>(pte);
    for (const Change& c : changes<F>()) {
      if (F::pte_shstk(pte)) break;  // pte_mkdirty() and pte_mkclean() end a shadow stack
      const unsigned others = ~(c.on | c.off);
      require((stateOf<F>(c.change(pte)) & others) == (state & others), lawNamed("others-stay"),
              pte, c.name);
    }
    const unsigned kept = kDirty | kSoftDirty | kUffdWp | kSpecial;
    const Word read_only = F::pte_modify(pte, F::page_readonly());
    const Word no_access = F::pte_modify(pte, F::page_none());
    for (Word modified : {read_only, no_access})
      require((stateOf<F>(modified) & kept) == (state & kept), lawNamed("modify-keeps"), pte);
    require(F::pte_protnone(no_access), lawNamed("modify-to-none-is-protnone"), pte);
    require(!F::pte_protnone(read_only), lawNamed("modify-to-readable-is-not-protnone"), pte);
    // A shadow-stack entry keeps its D, and is no less a shadow stack, on x86.
    if (!F::pte_shstk(pte)) require(!F::pte_write(read_only), lawNamed("modify-takes-write"), pte);
    if (F::pte_young(pte)) require(F::pte_young(read_only), lawNamed("modify-keeps-young"), pte);
    ofHardware(pte);
    // One fault each is enough for a read, and for a write.
    require(F::hw_reads(F::pte_mkyoung(read_only)), lawNamed("progress-of-reads"), pte);
    const Word writable = F::pte_mkwrite(F::pte_mkdirty(F::pte_mkyoung(read_only)), false);
    require(F::hw_writes(writable, false), lawNamed("progress-of-writes"), pte);
    if (state & kWrite && state & kDirty && state & kYoung && !F::pte_shstk(pte))
      require(F::hw_writes(pte, false), lawNamed("nothing-left-to-change"), pte);
  }

  void ofHardware(Word pte) {
    const bool reads = F::hw_reads(pte);
    if (reads)
      require(F::pte_accessible(pte) && F::clear_flushes(pte), lawNamed("used-is-accessible"), pte);
    if (reads) require(F::pte_accessible(F::pte_mkold(pte)), lawNamed("old-is-accessible"), pte);
    if (F::pte_protnone(pte))
      require(!reads && !F::hw_writes(pte, false), lawNamed("protnone-is-refused"), pte);
    if (reads) ofAccess(pte, F::hw_access(pte, false), kYoung);
    for (bool shadow_stack : {false, true}) {
      if (shadow_stack > F::kHasShadowStack || !F::hw_writes(pte, shadow_stack)) continue;
      require(F::pte_write(pte), lawNamed("hardware-obeys-write"), pte);
      require(reads, lawNamed("written-is-readable"), pte);
      ofAccess(pte, F::hw_access(pte, true), kYoung | kDirty);
    }
  }

  void ofAccess(Word pte, Word used, unsigned marks) {
    require((stateOf<F>(used) & marks) == marks, lawNamed("access-is-seen"), pte);
    require((stateOf<F>(used) & ~marks) == (stateOf<F>(pte) & ~marks),
            lawNamed("access-keeps-others"), pte);
    if (F::kAccessedDirty == AccessedDirty::kFault)
      require(used == pte, lawNamed("traps-write-nothing"), pte);
  }

  void ofSwap(const SwapWord& swap) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      Word pte = swap.pte;
      if (bits & 1) pte = F::pte_swp_mksoft_dirty(pte);
      if (bits & 2) pte = F::pte_swp_mkuffd_wp(pte);
      if (bits & 4) pte = F::pte_swp_mkexclusive(pte);
      require(!F::pte_none(pte) && !F::pte_present(pte), lawNamed("swap-form"), pte);
      require(!F::hw_reads(pte) && !F::hw_writes(pte, false), lawNamed("swap-is-refused"), pte);
      require(F::swp_type(pte) == swap.type, lawNamed("swap-type"), pte);
      require(F::swp_offset(pte) == swap.offset, lawNamed("swap-offset"), pte);
      require(F::pte_swp_soft_dirty(pte) == (F::kHasSoftDirty && (bits & 1)), lawNamed("swap-bits"),
              pte);
      require(F::pte_swp_uffd_wp(pte) == (F::kHasUffdWp && (bits & 2)), lawNamed("swap-bits"), pte);
      require(F::pte_swp_exclusive(pte) == ((bits & 4) != 0), lawNamed("swap-bits"), pte);
      const Word cleared = F::pte_swp_clear_exclusive(F::pte_swp_clear_uffd_wp(pte));
      require(cleared == ((bits & 1) ? F::pte_swp_mksoft_dirty(swap.pte) : swap.pte),
              lawNamed("swap-bits-clear"), pte);
    }
  }

  void ofNone() {
    require(F::pte_none(F::none()) && !F::pte_present(F::none()), lawNamed("none-is-none"),
            F::none());
    require(!F::hw_reads(F::none()) && !F::hw_writes(F::none(), false), lawNamed("none-is-refused"),
            F::none());
  }

  void ofNames() {
    Word seen = 0;
    for (const BitName& name : F::kBitNames) {
      require(name.mask != 0 && (name.mask & ~F::kDefinedBits) == 0, lawNamed("names-are-defined"),
              name.mask);
      if (name.form != BitName::kPresent) continue;
      require((name.mask & seen) == 0, lawNamed("names-do-not-overlap"), name.mask);
      seen |= name.mask;
    }
    require((F::kTableSlots & (F::kTableSlots - 1)) == 0, lawNamed("table-size"), F::kTableSlots);
  }

  void require(bool holds, std::size_t law, Word word, const char* change = "") {
    if (holds || !broken_[law].empty()) return;
    std::ostringstream out;
    out << std::hex << "0x" << word << " " << change;
    broken_[law] = out.str();
  }

  Broken broken_;
};

}  // namespace ptecheck::format_laws

#endif
