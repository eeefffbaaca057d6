// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas about entries as hardware takes them, and as helpers make them: what hardware lets through
// is what the kernel's questions answer, faults end, and fresh entries are what was asked for.
#ifndef PTECHECK_PROVE_LEMMAS_HARDWARE_H
#define PTECHECK_PROVE_LEMMAS_HARDWARE_H

#include <vector>

#include "prove/changes.h"

namespace ptecheck {

template <class H>
struct HardwareLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static bool withShadowStack(const H& h) { return h.has_shadow_stack(); }
  static bool withUffdWp(const H& h) { return h.has_uffd_wp(); }

  static Bool writesSomehow(const H& h, const Word& pte) {
    return h.hw_writes(pte, false) || h.hw_writes(pte, true);
  }

  // Premises.
  static Bool present(const H& h, const Word* w) { return h.pte_present(w[0]); }
  static Bool readOnly(const H& h, const Word* w) {
    return h.pte_present(w[0]) && !h.pte_write(w[0]);
  }
  static Bool protnone(const H& h, const Word* w) { return h.pte_protnone(w[0]); }
  static Bool readable(const H& h, const Word* w) { return h.hw_reads(w[0]); }
  static Bool notWriteOnly(const H& h, const Word* w) { return !h.write_only(w[0]); }
  static Bool writable(const H& h, const Word* w) { return writesSomehow(h, w[0]); }
  static Bool dirtyAndWritable(const H& h, const Word* w) {
    return h.hw_reads(w[0]) && h.pte_write(w[0]) && h.pte_dirty(w[0]);
  }
  // In a shadow-stack VMA: pte_mkwrite() of such a VMA makes no other writable entries.
  static Bool shadowStackOrReadOnly(const H& h, const Word* w) {
    return maybeReadable(h, w) && (h.pte_shstk(w[0]) || !h.pte_write(w[0]));
  }
  // User code may read once the entry is young, and Linux calls it writable.
  static Bool maybeWritable(const H& h, const Word* w) {
    return h.pte_present(w[0]) && h.hw_reads(h.pte_mkyoung(w[0])) && h.pte_write(w[0]);
  }
  static Bool ordinaryMaybeWritable(const H& h, const Word* w) {
    return maybeWritable(h, w) && !h.pte_shstk(w[0]);
  }
  static Bool maybeReadable(const H& h, const Word* w) {
    return h.pte_present(w[0]) && h.hw_reads(h.pte_mkyoung(w[0]));
  }

  // Conclusions.
  static Bool noAccess(const H& h, const Word* w) {
    return !h.hw_reads(w[0]) && !writesSomehow(h, w[0]);
  }
  static Bool noWrite(const H& h, const Word* w) { return !writesSomehow(h, w[0]); }
  static Bool reads(const H& h, const Word* w) { return h.hw_reads(w[0]); }
  static Bool accessible(const H& h, const Word* w) {
    return h.pte_accessible(w[0]) && h.clear_flushes(w[0]);
  }
  static Bool accessibleWhenOld(const H& h, const Word* w) {
    const Word old = h.pte_mkold(w[0]);
    return h.pte_accessible(old) && h.clear_flushes(old);
  }
  static Bool writes(const H& h, const Word* w) { return writesSomehow(h, w[0]); }
  static Bool protectedFromHardware(const H& h, const Word* w) {
    return !writesSomehow(h, h.pte_wrprotect(w[0]));
  }
  static Bool uffdProtectedFromHardware(const H& h, const Word* w) {
    const Word pte = h.pte_mkuffd_wp(w[0]);
    return !writesSomehow(h, pte) && !writesSomehow(h, h.pte_mkyoung(h.pte_mkdirty(pte)));
  }
  static Bool writesAfterFault(const H& h, const Word* w) {
    return h.hw_writes(writeFault(h, w[0], false), false);
  }
  static Bool writesAfterMkwrite(const H& h, const Word* w) {
    return h.hw_writes(h.pte_mkwrite(h.pte_mkdirty(h.pte_mkyoung(w[0])), false), false);
  }
  static Bool shadowStackWritesAfterMkwrite(const H& h, const Word* w) {
    return h.hw_writes(h.pte_mkwrite(h.pte_mkdirty(h.pte_mkyoung(w[0])), true), true);
  }
  static Bool shadowStackWritesAfterTwoFaults(const H& h, const Word* w) {
    const Word once = writeFault(h, w[0], true);
    return h.hw_writes(once, true) || h.hw_writes(writeFault(h, once, true), true);
  }

  // A write fault on a present page that this process may reuse: handle_pte_fault() marks a
  // writable entry dirty and young; wp_page_reuse() makes another one writable as well.
  static Word writeFault(const H& h, const Word& pte, bool shadow_stack) {
    const Word touched = h.pte_mkyoung(h.pte_mkdirty(pte));
    return select(h.pte_write(pte), touched, h.pte_mkwrite(touched, shadow_stack));
  }
};

// Words: a page frame; of protection 3 also which one.
template <class H, int kProtection>
struct FreshLemmas {
  using Word = typename H::Word;
  using Bool = typename H::Bool;

  static Word protection(const H& h) {
    if constexpr (kProtection == 0) return h.page_readonly();
    if constexpr (kProtection == 1) return h.page_none();
    return pageShared(h);
  }
  static Word fresh(const H& h, const Word* w) {
    if constexpr (kProtection == 3)
      return h.pfn_pte(w[0], protectionOf(h, w[1]));
    else
      return h.pfn_pte(w[0], protection(h));
  }
  static Bool isPageFrame(const H& h, const Word* w) {
    if constexpr (kProtection == 3)
      return within(w[0], h.pfn_mask()) && isProtection(h, w[1]);
    else
      return within(w[0], h.pfn_mask());
  }

  static Bool present(const H& h, const Word* w) {
    return h.pte_present(fresh(h, w)) && !h.pte_none(fresh(h, w));
  }
  static Bool samePage(const H& h, const Word* w) { return h.pte_pfn(fresh(h, w)) == w[0]; }
  static Bool wellFormed(const H& h, const Word* w) { return h.well_formed(fresh(h, w)); }
  static Bool asProtected(const H& h, const Word* w) {
    const Word pte = fresh(h, w);
    const Bool protnone = h.pte_protnone(pte), write = h.pte_write(pte), dirty = h.pte_dirty(pte);
    if constexpr (kProtection == 0) return !protnone && !write && !dirty;
    if constexpr (kProtection == 1) return protnone && !write && !dirty;
    if constexpr (kProtection == 2) return !protnone && write && !dirty;
    return !dirty && !(protnone && write) && !h.write_only(pte);
  }
};

template <class H, int kProtection>
void addFresh(const char* protection, std::vector<Lemma<H>>* all) {
  using L = FreshLemmas<H, kProtection>;
  constexpr unsigned words = kProtection == 3 ? 2 : 1;
  const std::string group = std::string("fresh-") + protection + "/";
  const std::string which = std::string("pfn_pte() with a ") + protection + " protection ";
  all->push_back({group + "present", which + "is a present entry", "a mapping is lost",
                  Severity::kBroken, words, 0, everywhere<H>, L::isPageFrame, L::present,
                  L::fresh});
  all->push_back({group + "pfn", which + "maps the page frame that was given",
                  "another page is mapped: contents of others are read and written",
                  Severity::kBroken, words, 0, everywhere<H>, L::isPageFrame, L::samePage,
                  L::fresh});
  all->push_back({group + "protection", which + "permits no more than it says and is clean",
                  "a page is mapped with the wrong permission", Severity::kBroken, words, 0,
                  everywhere<H>, L::isPageFrame, L::asProtected, L::fresh});
  all->push_back({group + "well-formed", which + "satisfies the invariant of well-formed entries",
                  "what is proved of well-formed entries says nothing about all entries",
                  Severity::kBroken, words, 0, everywhere<H>, L::isPageFrame, L::wellFormed,
                  L::fresh});
}

template <class H>
void addHardwareLemmas(std::vector<Lemma<H>>* all) {
  using L = HardwareLemmas<H>;
  constexpr Severity kBroken = Severity::kBroken;
  addFresh<H, 0>("read-only", all);
  addFresh<H, 1>("no-access", all);
  addFresh<H, 2>("writable", all);
  addFresh<H, 3>("any", all);
  all->push_back({"hardware/protnone", "hardware lets nobody use a protnone entry",
                  "PROT_NONE protects nothing", kBroken, 1, 1, everywhere<H>, L::protnone,
                  L::noAccess});
  all->push_back({"hardware/read-only", "hardware writes through no entry that pte_write() denies",
                  "a page that counts as read-only can be written", kBroken, 1, 1, everywhere<H>,
                  L::readOnly, L::noWrite});
  all->push_back({"hardware/wrprotect", "hardware writes through no entry after pte_wrprotect()",
                  "copy-on-write and protections are void", kBroken, 1, 1, everywhere<H>,
                  L::present, L::protectedFromHardware});
  all->push_back({"hardware/mkuffd_wp",
                  "hardware writes through no entry after pte_mkuffd_wp(), be it marked dirty too",
                  "a write goes by unseen: a snapshot is corrupted", kBroken, 1, 1, L::withUffdWp,
                  L::present, L::uffdProtectedFromHardware});
  all->push_back({"hardware/no-write-only", "what hardware can write it can read",
                  "an encoding that the architecture reserves is in use", kBroken, 1, 1,
                  everywhere<H>, L::writable, L::reads});
  all->push_back({"hardware/write-only-entry", "no entry permits writing but not reading",
                  "an encoding that no protection asks for is in use", kBroken, 1, 1, everywhere<H>,
                  L::present, L::notWriteOnly});
  all->push_back({"hardware/accessible", "an entry that hardware can use is accessible",
                  "a TLB flush is left out: a freed page stays in reach", kBroken, 1, 1,
                  everywhere<H>, L::readable, L::accessible});
  all->push_back({"hardware/accessible-when-old",
                  "an entry that a TLB holds stays accessible when it is made old",
                  "a TLB flush is left out: a freed page stays in reach", kBroken, 1, 1,
                  everywhere<H>, L::readable, L::accessibleWhenOld});
  all->push_back({"progress/dirty",
                  "hardware writes through a writable, dirty, young entry at once",
                  "the fault handler finds nothing to change: the program faults for ever", kBroken,
                  1, 1, everywhere<H>, L::dirtyAndWritable, L::writes});
  all->push_back({"progress/write-fault",
                  "after one write fault on a writable entry the write works",
                  "the program faults for ever", kBroken, 1, 1, everywhere<H>,
                  L::ordinaryMaybeWritable, L::writesAfterFault});
  all->push_back(
      {"progress/mkwrite",
       "an entry that user code can read can be written after pte_mkwrite(), dirty, young",
       "the program faults for ever", kBroken, 1, 1, everywhere<H>, L::maybeReadable,
       L::writesAfterMkwrite});
  all->push_back({"progress/mkwrite-shadow-stack",
                  "in a shadow-stack VMA pte_mkwrite() lets calls and returns write",
                  "the program faults for ever", kBroken, 1, 1, L::withShadowStack,
                  L::maybeReadable, L::shadowStackWritesAfterMkwrite});
  all->push_back({"progress/shadow-stack", "two faults are enough for a shadow-stack write",
                  "the program faults for ever", kBroken, 1, 1, L::withShadowStack,
                  L::shadowStackOrReadOnly, L::shadowStackWritesAfterTwoFaults});
}

}  // namespace ptecheck

#endif
