// SPDX-License-Identifier: GPL-2.0-only
//
// What is in memory. A page frame's contents are one token, a seenValue() of scenario/flat.h: whose
// page it is, and who wrote it last. So copying a page copies a token, and each process's view can
// be judged by what it would really read, whatever the bits of its entries say.
//
// Frames beside the folio's own are small anonymous folios of one page: those that ENTRY_OTHER
// holes map, and those that faults allocate. Only scenarios with steps need any of this.
#ifndef PTECHECK_MM_FRAMES_H
#define PTECHECK_MM_FRAMES_H

#include <array>
#include <cstdint>

#include "scenario/flat.h"

namespace ptecheck {

using Token = std::uint16_t;

// Pages of other folios have no token of their own: nobody knows what is in them.
inline constexpr Token kForeignToken = SEEN_FAULT;

constexpr Token originalToken(unsigned page) { return seenValue(SEEN_ORIGINAL, page); }
constexpr Token writtenToken(unsigned process, unsigned page) {
  return seenValue(SEEN_WRITER + process, page);
}
// What is in page frame `pfn`, or behind swap offset `offset`, as long as nobody has written;
// `pages` is the folio's size.
constexpr Token originalOfPfn(std::uint64_t pfn, unsigned pages) {
  const std::uint64_t page = pfn - FOLIO_PFN;
  return page < pages ? originalToken(static_cast<unsigned>(page)) : kForeignToken;
}
constexpr Token originalOfSwap(std::uint64_t offset, unsigned pages) {
  return originalOfPfn(offset - SWAP_OFFSET + FOLIO_PFN, pages);
}

inline constexpr std::uint64_t kZeroPfn = 1;
inline constexpr std::uint64_t kFirstNewPfn = 0x10000;  // beyond all page frames of flat.h

// A page frame that is a small folio of its own.
struct Frame {
  Token contents;
  std::uint16_t references;  // one a mapping
  bool exclusive;            // PageAnonExclusive
  bool file = false;         // of a file: nobody's to reuse
};

class Frames {
 public:
  // A step allocates at most two frames a page (swap-in, then copy).
  static constexpr unsigned kMaxNew = MAX_STEPS * MAX_PAGES * 2;

  // `others`: page frames from OTHER_PFN on that entries may map.
  void reset(unsigned pages, unsigned others) {
    count_ = 0;
    pages_ = pages;
    others_ = others;
    moved_pages_ = 0;
    for (unsigned i = 0; i < pages; ++i) folio_[i] = originalToken(i);
    for (unsigned i = 0; i < others; ++i) other_[i] = {kForeignToken, 0, false};
  }

  // The new frame's page frame number; mapped once.
  std::uint64_t allocate(Token contents, bool exclusive, bool file = false) {
    new_[count_] = {contents, 1, exclusive, file};
    return kFirstNewPfn + count_++;
  }

  // Migration copies the folio to where it goes; who writes to the old page frames afterwards
  // writes to memory that is nobody's.
  void move(unsigned pages) {
    for (unsigned i = 0; i < pages; ++i) moved_[i] = folio_[i];
    moved_pages_ = pages;
  }

  // The small folio that is this page frame, or nullptr: it is the zero page, of the folio, or
  // unknown.
  Frame* frame(std::uint64_t pfn) {
    if (pfn - kFirstNewPfn < count_) return &new_[pfn - kFirstNewPfn];
    if (pfn - OTHER_PFN < others_) return &other_[pfn - OTHER_PFN];
    return nullptr;
  }

  // Where the contents of a page frame are kept; for the zero page and foreign frames a place of
  // which nothing is remembered.
  Token& contents(std::uint64_t pfn) {
    if (pfn - FOLIO_PFN < pages_) return folio_[pfn - FOLIO_PFN];
    if (pfn - MOVED_PFN < moved_pages_) return moved_[pfn - MOVED_PFN];
    if (Frame* small = frame(pfn)) return small->contents;
    elsewhere_ = pfn == kZeroPfn ? Token{SEEN_ZERO} : kForeignToken;
    return elsewhere_;
  }

 private:
  unsigned count_ = 0;
  unsigned pages_ = 0, others_ = 0;
  unsigned moved_pages_ = 0;  // 0: the folio is where it was
  std::array<Token, MAX_PAGES> folio_;
  std::array<Token, MAX_PAGES> moved_;
  std::array<Frame, MAX_PAGES> other_;
  std::array<Frame, kMaxNew> new_;
  Token elsewhere_ = 0;
};

}  // namespace ptecheck

#endif
