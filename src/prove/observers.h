// SPDX-License-Identifier: GPL-2.0-only
//
// What can be observed of a present entry, and what it means when that is wrong. Being wrong has a
// direction, and most of the time the two differ: a dirty bit gained is a needless write, a dirty
// bit lost is lost data.
#ifndef PTECHECK_PROVE_OBSERVERS_H
#define PTECHECK_PROVE_OBSERVERS_H

#include "prove/lemma.h"

namespace ptecheck {

enum class Way : unsigned char { kGained, kLost };

struct Consequence {
  Severity severity;
  const char* text;
};

// clang-format off
struct ObserveWrite {
  static constexpr const char* kName = "write";
  static constexpr Consequence kGained = {Severity::kBroken, "a page that must not be written can be: copy-on-write and protections are void"};
  static constexpr Consequence kLost = {Severity::kCost, "one write fault more than necessary"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_write(pte); }
};
struct ObserveDirty {
  static constexpr const char* kName = "dirty";
  static constexpr Consequence kGained = {Severity::kCost, "a clean page is written out or kept"};
  static constexpr Consequence kLost = {Severity::kBroken, "a written page counts as clean and can be dropped: data loss"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_dirty(pte); }
};
struct ObserveYoung {
  static constexpr const char* kName = "young";
  static constexpr Consequence kGained = {Severity::kCost, "an unused page stays longer in memory"};
  static constexpr Consequence kLost = {Severity::kCost, "a used page leaves memory earlier"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_young(pte); }
};
struct ObserveSoftDirty {
  static constexpr const char* kName = "soft-dirty";
  static constexpr Consequence kGained = {Severity::kCost, "an incremental checkpoint copies a page too much"};
  static constexpr Consequence kLost = {Severity::kBroken, "an incremental checkpoint misses a written page"};
  template <class H> static bool exists(const H& h) { return h.has_soft_dirty(); }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_soft_dirty(pte); }
};
struct ObserveUffdWp {
  static constexpr const char* kName = "uffd-wp";
  static constexpr Consequence kGained = {Severity::kBroken, "a written page counts as unwritten (asynchronous mode)"};
  static constexpr Consequence kLost = {Severity::kBroken, "a write goes by unseen: a snapshot is corrupted"};
  template <class H> static bool exists(const H& h) { return h.has_uffd_wp(); }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_uffd_wp(pte); }
};
struct ObserveSpecial {
  static constexpr const char* kName = "special";
  static constexpr Consequence kGained = {Severity::kBroken, "a counted page is no longer counted: a leak"};
  static constexpr Consequence kLost = {Severity::kBroken, "memory without a struct page is counted: corruption"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_special(pte); }
};
struct ObserveProtnone {
  static constexpr const char* kName = "protnone";
  static constexpr Consequence kGained = {Severity::kCost, "an accessible page faults as a NUMA hint"};
  static constexpr Consequence kLost = {Severity::kBroken, "an inaccessible page becomes accessible"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_protnone(pte); }
};
struct ObservePresent {
  static constexpr const char* kName = "present";
  static constexpr Consequence kGained = {Severity::kBroken, "a swap entry is taken for a mapping"};
  static constexpr Consequence kLost = {Severity::kBroken, "a mapping is taken for a swap entry"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_present(pte); }
};
struct ObserveAccessible {
  static constexpr const char* kName = "accessible";
  static constexpr Consequence kGained = {Severity::kCost, "a TLB is flushed for nothing"};
  static constexpr Consequence kLost = {Severity::kBroken, "a TLB flush is left out: a freed page stays in reach"};
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_accessible(pte); }
};
struct ObserveFlush {
  static constexpr const char* kName = "flush-on-clear";
  static constexpr Consequence kGained = ObserveAccessible::kGained;
  static constexpr Consequence kLost = ObserveAccessible::kLost;
  template <class H> static bool exists(const H&) { return true; }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.clear_flushes(pte); }
};
struct ObserveShadowStack {
  static constexpr const char* kName = "shadow-stack";
  static constexpr Consequence kGained = {Severity::kBroken, "calls and returns can write a page that must not be written"};
  static constexpr Consequence kLost = {Severity::kCost, "one shadow-stack fault more than necessary"};
  template <class H> static bool exists(const H& h) { return h.has_shadow_stack(); }
  template <class H> static typename H::Bool of(const H& h, const typename H::Word& pte) { return h.pte_shstk(pte); }
};
// clang-format on

// Calls visit(observer) with one object of each of the above.
template <class Visit>
void forEachObserver(const Visit& visit) {
  visit(ObserveWrite());
  visit(ObserveDirty());
  visit(ObserveYoung());
  visit(ObserveSoftDirty());
  visit(ObserveUffdWp());
  visit(ObserveSpecial());
  visit(ObserveProtnone());
  visit(ObservePresent());
  visit(ObserveAccessible());
  visit(ObserveFlush());
  visit(ObserveShadowStack());
}

}  // namespace ptecheck

#endif
