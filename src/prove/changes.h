// SPDX-License-Identifier: GPL-2.0-only
//
// What is done to a present entry - by helpers, and by hardware - and what each change is meant to
// change. Everything else that can be observed must stay (lemmas_change.h).
#ifndef PTECHECK_PROVE_CHANGES_H
#define PTECHECK_PROVE_CHANGES_H

#include <type_traits>

#include "prove/observers.h"
#include "pte/fallbacks.h"

namespace ptecheck {

// A protection of a shared writable mapping: what the kernel's PAGE_SHARED is on every architecture
// of pte/, the writable form of PAGE_READONLY.
template <class H>
typename H::Word pageShared(const H& h) {
  return h.pte_mkwrite(h.page_readonly(), false);
}

template <class O, class Other>
inline constexpr bool kIs = std::is_same_v<O, Other>;

// What most changes are like; each redefines where it differs.
struct EntryChange {
  static constexpr unsigned kWords = 1;
  template <class H>
  static bool exists(const H&) {
    return true;
  }
  template <class H>
  static typename H::Bool premise(const H& h, const typename H::Word* w) {
    return h.pte_present(w[0]);
  }
  // How far the change moves the page frame.
  template <class H>
  static typename H::Word pages(const H&, const typename H::Word*) {
    return typename H::Word(std::uint64_t{0});
  }
  template <class O>
  static constexpr bool intends(Way) {
    return false;
  }
  // What every entry of the premise is, and is not; it cannot be gained, or lost.
  template <class O>
  static constexpr bool kIsBefore = kIs<O, ObservePresent>;
  template <class O>
  static constexpr bool kIsNotBefore = false;
};

// Nobody makes an entry writable that is protnone (can_change_pte_writable() refuses it) or for
// execution alone: where entries are made, pte_mkwrite() is for VMAs that permit writing, and
// whoever may write may read, in every protection_map[].
template <class H>
typename H::Bool mayBecomeWritable(const H& h, const typename H::Word* w) {
  return h.pte_present(w[0]) && !h.pte_protnone(w[0]) && h.hw_reads(h.pte_mkyoung(w[0]));
}

// Number `number` of the protections that VMAs can have.
template <class H>
typename H::Bool isProtection(const H& h, const typename H::Word& number) {
  typename H::Bool is = Truth<typename H::Word>::never();
  for (std::uint64_t i = 0; i < h.protections().size(); ++i)
    is = is || number == typename H::Word(i);
  return is;
}
template <class H>
typename H::Word protectionOf(const H& h, const typename H::Word& number) {
  using Word = typename H::Word;
  Word protection(h.protections()[0]);
  for (std::uint64_t i = 1; i < h.protections().size(); ++i)
    protection = select(number == Word(i), Word(h.protections()[i]), protection);
  return protection;
}

// clang-format off
struct Wrprotect : EntryChange {
  static constexpr const char* kName = "wrprotect";
  static constexpr const char* kCall = "pte_wrprotect()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_wrprotect(w[0]); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kLost && (kIs<O, ObserveWrite> || kIs<O, ObserveShadowStack>);
  }
};
struct Mkdirty : EntryChange {
  static constexpr const char* kName = "mkdirty";
  static constexpr const char* kCall = "pte_mkdirty()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkdirty(w[0]); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained && (kIs<O, ObserveDirty> || kIs<O, ObserveSoftDirty>);
  }
};
struct Mkclean : EntryChange {
  static constexpr const char* kName = "mkclean";
  static constexpr const char* kCall = "pte_mkclean()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkclean(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kLost && kIs<O, ObserveDirty>; }
};
struct Mkyoung : EntryChange {
  static constexpr const char* kName = "mkyoung";
  static constexpr const char* kCall = "pte_mkyoung()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkyoung(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kGained && kIs<O, ObserveYoung>; }
};
struct Mkold : EntryChange {
  static constexpr const char* kName = "mkold";
  static constexpr const char* kCall = "pte_mkold()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkold(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kLost && kIs<O, ObserveYoung>; }
};
struct MksoftDirty : EntryChange {
  static constexpr const char* kName = "mksoft_dirty";
  static constexpr const char* kCall = "pte_mksoft_dirty()";
  template <class H> static bool exists(const H& h) { return h.has_soft_dirty(); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mksoft_dirty(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kGained && kIs<O, ObserveSoftDirty>; }
};
struct ClearSoftDirty : EntryChange {
  static constexpr const char* kName = "clear_soft_dirty";
  static constexpr const char* kCall = "pte_clear_soft_dirty()";
  template <class H> static bool exists(const H& h) { return h.has_soft_dirty(); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_clear_soft_dirty(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kLost && kIs<O, ObserveSoftDirty>; }
};
struct MkuffdWp : EntryChange {
  static constexpr const char* kName = "mkuffd_wp";
  static constexpr const char* kCall = "pte_mkuffd_wp()";
  template <class H> static bool exists(const H& h) { return h.has_uffd_wp(); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkuffd_wp(w[0]); }
  template <class O> static constexpr bool intends(Way way) {
    return (way == Way::kGained && kIs<O, ObserveUffdWp>) ||
           (way == Way::kLost && (kIs<O, ObserveWrite> || kIs<O, ObserveShadowStack>));
  }
};
struct ClearUffdWp : EntryChange {
  static constexpr const char* kName = "clear_uffd_wp";
  static constexpr const char* kCall = "pte_clear_uffd_wp()";
  template <class H> static bool exists(const H& h) { return h.has_uffd_wp(); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_clear_uffd_wp(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kLost && kIs<O, ObserveUffdWp>; }
};
struct Mkspecial : EntryChange {
  static constexpr const char* kName = "mkspecial";
  static constexpr const char* kCall = "pte_mkspecial()";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkspecial(w[0]); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kGained && kIs<O, ObserveSpecial>; }
};
struct Mkwrite : EntryChange {
  static constexpr const char* kName = "mkwrite";
  static constexpr const char* kCall = "pte_mkwrite()";
  template <class O> static constexpr bool kIsBefore = kIs<O, ObservePresent> || kIs<O, ObserveAccessible>;
  template <class O> static constexpr bool kIsNotBefore = kIs<O, ObserveProtnone>;
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) { return mayBecomeWritable(h, w); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkwrite(w[0], false); }
  template <class O> static constexpr bool intends(Way way) {
    return (way == Way::kGained && kIs<O, ObserveWrite>) || (way == Way::kLost && kIs<O, ObserveShadowStack>);
  }
};
struct MkwriteShadowStack : EntryChange {
  static constexpr const char* kName = "mkwrite_shstk";
  static constexpr const char* kCall = "pte_mkwrite() in a shadow-stack VMA";
  template <class O> static constexpr bool kIsBefore = kIs<O, ObservePresent> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>;
  template <class O> static constexpr bool kIsNotBefore = kIs<O, ObserveProtnone>;
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) { return mayBecomeWritable(h, w); }
  template <class H> static bool exists(const H& h) { return h.has_shadow_stack(); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_mkwrite(w[0], true); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained && (kIs<O, ObserveWrite> || kIs<O, ObserveShadowStack> || kIs<O, ObserveDirty>);
  }
};
struct ModifyReadonly : EntryChange {
  static constexpr const char* kName = "modify_readonly";
  static constexpr const char* kCall = "pte_modify() to a read-only protection";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_modify(w[0], h.page_readonly()); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained ? kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>
                               : kIs<O, ObserveWrite> || kIs<O, ObserveProtnone>;
  }
};
struct ModifyNone : EntryChange {
  static constexpr const char* kName = "modify_none";
  static constexpr const char* kCall = "pte_modify() to no access";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_modify(w[0], h.page_none()); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained ? kIs<O, ObserveProtnone>
                               : kIs<O, ObserveWrite> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>;
  }
};
struct ModifyShared : EntryChange {
  static constexpr const char* kName = "modify_shared";
  static constexpr const char* kCall = "pte_modify() to a writable protection";
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_modify(w[0], pageShared(h)); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained ? kIs<O, ObserveWrite> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>
                               : kIs<O, ObserveProtnone> || kIs<O, ObserveShadowStack>;
  }
};
// What the three above say of permissions and young is not said again.
struct ModifyAny : EntryChange {
  static constexpr const char* kName = "modify";
  static constexpr const char* kCall = "pte_modify() to any protection of a VMA";
  static constexpr unsigned kWords = 2;
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) { return h.pte_present(w[0]) && isProtection(h, w[1]); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_modify(w[0], protectionOf(h, w[1])); }
  template <class O> static constexpr bool intends(Way way) {
    return kIs<O, ObserveWrite> || kIs<O, ObserveYoung> || kIs<O, ObserveProtnone> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush> ||
           (kIs<O, ObserveShadowStack> && way == Way::kLost);
  }
};
struct AdvancePfn : EntryChange {
  static constexpr const char* kName = "advance_pfn";
  static constexpr const char* kCall = "pte_advance_pfn()";
  static constexpr unsigned kWords = 2;
  static constexpr std::uint64_t kMostPages = 0x1ff;
  // Up to 511 pages on, as far as there are page frames.
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) {
    return h.pte_present(w[0]) && within(w[1], kMostPages) && within(h.pte_pfn(w[0]) + w[1], h.pfn_mask());
  }
  template <class H> static typename H::Word pages(const H&, const typename H::Word* w) { return w[1]; }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.pte_advance_pfn(w[0], w[1]); }
};
struct HardwareReads : EntryChange {
  static constexpr const char* kName = "hw_read";
  static constexpr const char* kCall = "hardware, when user code reads,";
  template <class O> static constexpr bool kIsBefore = kIs<O, ObservePresent> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>;
  template <class O> static constexpr bool kIsNotBefore = kIs<O, ObserveProtnone>;
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) { return h.hw_reads(w[0]); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.hw_access(w[0], false); }
  template <class O> static constexpr bool intends(Way way) { return way == Way::kGained && kIs<O, ObserveYoung>; }
};
struct HardwareWrites : EntryChange {
  static constexpr const char* kName = "hw_write";
  static constexpr const char* kCall = "hardware, when user code writes,";
  template <class O> static constexpr bool kIsBefore = kIs<O, ObservePresent> || kIs<O, ObserveAccessible> || kIs<O, ObserveFlush>;
  template <class O> static constexpr bool kIsNotBefore = kIs<O, ObserveProtnone>;
  template <class H> static typename H::Bool premise(const H& h, const typename H::Word* w) { return h.hw_writes(w[0], false) || h.hw_writes(w[0], true); }
  template <class H> static typename H::Word apply(const H& h, const typename H::Word* w) { return h.hw_access(w[0], true); }
  template <class O> static constexpr bool intends(Way way) {
    return way == Way::kGained && (kIs<O, ObserveYoung> || kIs<O, ObserveDirty>);
  }
};
// clang-format on

// Calls visit(change) with one object of each of the above.
template <class Visit>
void forEachChange(const Visit& visit) {
  visit(Wrprotect());
  visit(Mkdirty());
  visit(Mkclean());
  visit(Mkyoung());
  visit(Mkold());
  visit(MksoftDirty());
  visit(ClearSoftDirty());
  visit(MkuffdWp());
  visit(ClearUffdWp());
  visit(Mkspecial());
  visit(Mkwrite());
  visit(MkwriteShadowStack());
  visit(ModifyReadonly());
  visit(ModifyNone());
  visit(ModifyShared());
  visit(ModifyAny());
  visit(AdvancePfn());
  visit(HardwareReads());
  visit(HardwareWrites());
}

}  // namespace ptecheck

#endif
