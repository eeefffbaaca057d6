// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas about swap entries: type, offset and software bits do not disturb each other, and no swap
// entry looks like a mapping or like nothing.
//
//   swap/...            a swap entry gives back what it was made of
//   swp_CHANGE-does/... the software bits can be set, got, cleared
//   swp_CHANGE-keeps/WHAT  and leave everything else
#ifndef PTECHECK_PROVE_LEMMAS_SWAP_H
#define PTECHECK_PROVE_LEMMAS_SWAP_H

#include <string>
#include <vector>

#include "prove/lemma.h"

namespace ptecheck {

// Words: type (MAX_SWAPFILES_SHIFT bits), offset, and which software bits are set. Offset 0 of type
// 0 is no entry: it is the swap file's header.
template <class H>
struct SwapEntry {
  using Word = typename H::Word;
  using Bool = typename H::Bool;
  static constexpr std::uint64_t kTypeMask = 0x1f;
  static constexpr std::uint64_t kSoftDirty = 1, kUffdWp = 2, kExclusive = 4;

  // The kernel finds the room for offsets in the same way (mm/swapfile.c).
  static Word offsetMask(const H& h) {
    return h.swp_offset(h.swp_entry(Word(std::uint64_t{0}), Word(~std::uint64_t{0})));
  }
  static Bool premise(const H& h, const Word* w) {
    return within(w[0], kTypeMask) && (w[1] & ~offsetMask(h)) == Word(std::uint64_t{0}) &&
           (w[0] | w[1]) != Word(std::uint64_t{0}) && within(w[2], 7);
  }
  static Bool chosen(const Word& choice, std::uint64_t bit) {
    return (choice & Word(bit)) != Word(std::uint64_t{0});
  }
  static Word make(const H& h, const Word* w) {
    return withSoftwareBits(h, h.swp_entry(w[0], w[1]), w[2]);
  }
  static Word withSoftwareBits(const H& h, Word pte, const Word& choice) {
    if (h.has_soft_dirty())
      pte = select(chosen(choice, kSoftDirty), h.pte_swp_mksoft_dirty(pte), pte);
    if (h.has_uffd_wp()) pte = select(chosen(choice, kUffdWp), h.pte_swp_mkuffd_wp(pte), pte);
    return select(chosen(choice, kExclusive), h.pte_swp_mkexclusive(pte), pte);
  }
  static Bool storedAsIs(const H& h, const Word* w) { return h.stored(make(h, w)) == make(h, w); }
};

// What a swap entry remembers.
// clang-format off
struct RememberSoftDirty {
  static constexpr const char* kName = "soft-dirty";
  static constexpr const char* kIfWrong = "an incremental checkpoint misses a written page, or copies one too much";
  static constexpr std::uint64_t kChoice = 1;
  template <class H> static bool exists(const H& h) { return h.has_soft_dirty(); }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_swp_soft_dirty(pte); }
};
struct RememberUffdWp {
  static constexpr const char* kName = "uffd-wp";
  static constexpr const char* kIfWrong = "a write goes by unseen: a snapshot is corrupted";
  static constexpr std::uint64_t kChoice = 2;
  template <class H> static bool exists(const H& h) { return h.has_uffd_wp(); }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_swp_uffd_wp(pte); }
};
struct RememberExclusive {
  static constexpr const char* kName = "exclusive";
  static constexpr const char* kIfWrong = "a shared page is reused for writing, or a pinned one copied";
  static constexpr std::uint64_t kChoice = 4;
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_swp_exclusive(pte); }
};

struct SwpMksoftDirty {
  static constexpr const char* kName = "swp_mksoft_dirty";
  using Target = RememberSoftDirty;
  static constexpr bool kSets = true;
  template <class H> static typename H::Word apply(const H& h, const typename H::Word& pte) { return h.pte_swp_mksoft_dirty(pte); }
};
struct SwpMkuffdWp {
  static constexpr const char* kName = "swp_mkuffd_wp";
  using Target = RememberUffdWp;
  static constexpr bool kSets = true;
  template <class H> static typename H::Word apply(const H& h, const typename H::Word& pte) { return h.pte_swp_mkuffd_wp(pte); }
};
struct SwpMkexclusive {
  static constexpr const char* kName = "swp_mkexclusive";
  using Target = RememberExclusive;
  static constexpr bool kSets = true;
  template <class H> static typename H::Word apply(const H& h, const typename H::Word& pte) { return h.pte_swp_mkexclusive(pte); }
};
struct SwpClearUffdWp {
  static constexpr const char* kName = "swp_clear_uffd_wp";
  using Target = RememberUffdWp;
  static constexpr bool kSets = false;
  template <class H> static typename H::Word apply(const H& h, const typename H::Word& pte) { return h.pte_swp_clear_uffd_wp(pte); }
};
struct SwpClearExclusive {
  static constexpr const char* kName = "swp_clear_exclusive";
  using Target = RememberExclusive;
  static constexpr bool kSets = false;
  template <class H> static typename H::Word apply(const H& h, const typename H::Word& pte) { return h.pte_swp_clear_exclusive(pte); }
};
// clang-format on

template <class H>
struct SwapLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;
  using Entry = SwapEntry<H>;

  static Bool sameType(const H& h, const Word* w) { return h.swp_type(Entry::make(h, w)) == w[0]; }
  static Bool sameOffset(const H& h, const Word* w) {
    return h.swp_offset(Entry::make(h, w)) == w[1];
  }
  static Bool notPresent(const H& h, const Word* w) {
    return !h.pte_present(Entry::make(h, w)) && !h.hw_reads(Entry::make(h, w));
  }
  static Bool notNone(const H& h, const Word* w) { return !h.pte_none(Entry::make(h, w)); }
};

template <class H, class R>
struct Remembers {
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return agree(R::of(h, SwapEntry<H>::make(h, w)), SwapEntry<H>::chosen(w[2], R::kChoice));
  }
};

template <class H, class C>
struct SwapChangeLemma {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static bool exists(const H& h) { return C::Target::exists(h); }
  static Word after(const H& h, const Word* w) { return C::apply(h, SwapEntry<H>::make(h, w)); }
  static Bool does(const H& h, const Word* w) {
    const Bool is = C::Target::of(h, after(h, w));
    return C::kSets ? is : !is;
  }
  static Bool keepsForm(const H& h, const Word* w) {
    return !h.pte_present(after(h, w)) && !h.pte_none(after(h, w));
  }
  static Bool keepsType(const H& h, const Word* w) { return h.swp_type(after(h, w)) == w[0]; }
  static Bool keepsOffset(const H& h, const Word* w) { return h.swp_offset(after(h, w)) == w[1]; }
};

template <class H, class C, class R>
struct SwapChangeKeeps {
  static bool exists(const H& h) { return C::Target::exists(h) && R::exists(h); }
  static typename H::Bool conclusion(const H& h, const typename H::Word* w) {
    return agree(R::of(h, SwapChangeLemma<H, C>::after(h, w)), R::of(h, SwapEntry<H>::make(h, w)));
  }
};

template <class H, class C, class R>
void addSwapKeeps(const std::string& group, const std::string& call, std::vector<Lemma<H>>* all) {
  if constexpr (!std::is_same_v<typename C::Target, R>)
    all->push_back({group + R::kName, call + " leaves " + R::kName + " alone", R::kIfWrong,
                    Severity::kBroken, 3, 0, SwapChangeKeeps<H, C, R>::exists,
                    SwapEntry<H>::premise, SwapChangeKeeps<H, C, R>::conclusion,
                    SwapChangeLemma<H, C>::after});
}

template <class H, class C>
void addSwapChange(std::vector<Lemma<H>>* all) {
  using L = SwapChangeLemma<H, C>;
  const std::string call = std::string("pte_") + C::kName + "()";
  const std::string group = std::string(C::kName) + "-keeps/";
  const char* other_page = "another page is swapped in: contents of others are read";
  const auto add = [all](const std::string& name, const std::string& says, const char* if_false,
                         auto conclusion) {
    all->push_back({name, says, if_false, Severity::kBroken, 3, 0, L::exists, SwapEntry<H>::premise,
                    conclusion, L::after});
  };
  add(std::string(C::kName) + "-does/" + C::Target::kName,
      "after " + call + " a swap entry is " + (C::kSets ? "" : "not ") + C::Target::kName,
      C::Target::kIfWrong, L::does);
  add(group + "form", call + " leaves a swap entry one", "a swapped page is lost", L::keepsForm);
  add(group + "type", call + " leaves the type alone", other_page, L::keepsType);
  add(group + "offset", call + " leaves the offset alone", other_page, L::keepsOffset);
  addSwapKeeps<H, C, RememberSoftDirty>(group, call, all);
  addSwapKeeps<H, C, RememberUffdWp>(group, call, all);
  addSwapKeeps<H, C, RememberExclusive>(group, call, all);
}

template <class H, class R>
void addRemembers(std::vector<Lemma<H>>* all) {
  all->push_back({std::string("swap/") + R::kName,
                  std::string("a swap entry is ") + R::kName + " exactly if it was made so",
                  R::kIfWrong, Severity::kBroken, 3, 0, R::template exists<H>,
                  SwapEntry<H>::premise, Remembers<H, R>::conclusion, SwapEntry<H>::make});
}

template <class H>
void addSwapLemmas(std::vector<Lemma<H>>* all) {
  using L = SwapLemmas<H>;
  const auto add = [all](const char* name, const char* says, const char* if_false,
                         auto conclusion) {
    all->push_back({name, says, if_false, Severity::kBroken, 3, 0, everywhere<H>,
                    SwapEntry<H>::premise, conclusion, SwapEntry<H>::make});
  };
  const char* other_page = "another page is swapped in: contents of others are read";
  add("swap/type", "a swap entry gives back its type, whatever its software bits", other_page,
      L::sameType);
  add("swap/offset", "a swap entry gives back its offset, whatever its software bits", other_page,
      L::sameOffset);
  add("swap/not-present", "a swap entry is never present, to Linux or to hardware",
      "a swap offset is taken for a page frame", L::notPresent);
  add("swap/not-none", "a swap entry is never an empty one", "a swapped page is lost", L::notNone);
  addRemembers<H, RememberSoftDirty>(all);
  addRemembers<H, RememberUffdWp>(all);
  addRemembers<H, RememberExclusive>(all);
  addSwapChange<H, SwpMksoftDirty>(all);
  addSwapChange<H, SwpMkuffdWp>(all);
  addSwapChange<H, SwpMkexclusive>(all);
  addSwapChange<H, SwpClearUffdWp>(all);
  addSwapChange<H, SwpClearExclusive>(all);
}

}  // namespace ptecheck

#endif
