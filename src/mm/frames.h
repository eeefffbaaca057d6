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

// Page numbers in tokens. The folio's pages are 0 .. MAX_PAGES - 1; foreign pages must be told from
// them.
inline constexpr unsigned kOtherToken = MAX_PAGES;          // + page: what an ENTRY_OTHER hole maps
inline constexpr unsigned kSwappedToken = 2 * MAX_PAGES;    // + page: what ENTRY_SWAPPED stands for
inline constexpr unsigned kNeighbourToken = 3 * MAX_PAGES;  // + 0 or 1: the folio's neighbours
inline constexpr unsigned kUnknownToken = 4 * MAX_PAGES - 1;

constexpr Token originalToken(unsigned page) { return seenValue(SEEN_ORIGINAL, page); }
constexpr Token writtenToken(unsigned process, unsigned page) {
  return seenValue(SEEN_WRITER + process, page);
}

// What is in page frame `pfn`, or behind swap offset `offset`, as long as nobody has written;
// `pages` is the folio's size.
constexpr Token originalOfPfn(std::uint64_t pfn, unsigned pages) {
  if (pfn - FOLIO_PFN < pages) return originalToken(static_cast<unsigned>(pfn - FOLIO_PFN));
  if (pfn - OTHER_PFN < pages)
    return originalToken(kOtherToken + static_cast<unsigned>(pfn - OTHER_PFN));
  if (pfn == FOLIO_PFN - 1U) return originalToken(kNeighbourToken);
  if (pfn == FOLIO_PFN + pages) return originalToken(kNeighbourToken + 1);
  return originalToken(kUnknownToken);
}
constexpr Token originalOfSwap(std::uint64_t offset, unsigned pages) {
  const std::uint64_t page = offset - SWAP_OFFSET;
  if (page < pages) return originalToken(static_cast<unsigned>(page));
  if (page - MAX_PAGES < MAX_PAGES)
    return originalToken(kSwappedToken + static_cast<unsigned>(page - MAX_PAGES));
  return originalToken(kUnknownToken);
}

inline constexpr std::uint64_t kZeroPfn = 1;
inline constexpr std::uint64_t kFirstNewPfn = 0x10000;  // beyond all page frames of flat.h

// A page frame that is a small folio of its own.
struct Frame {
  Token contents;
  std::uint16_t references;  // one a mapping
  bool exclusive;            // PageAnonExclusive
};

class Frames {
 public:
  // A step allocates at most two frames a page (swap-in, then copy).
  static constexpr unsigned kMaxNew = MAX_STEPS * MAX_PAGES * 2;

  void reset(unsigned pages) {
    count_ = 0;
    pages_ = pages;
    for (unsigned i = 0; i < pages; ++i) {
      folio_[i] = originalToken(i);
      other_[i] = {originalToken(kOtherToken + i), 0, false};
    }
    neighbour_ = {originalToken(kNeighbourToken), originalToken(kNeighbourToken + 1)};
  }

  // The new frame's page frame number; exclusive, mapped once.
  std::uint64_t allocate(Token contents, bool exclusive) {
    new_[count_] = {contents, 1, exclusive};
    return kFirstNewPfn + count_++;
  }

  // The small folio that is this page frame, or nullptr: it is the zero page, of the folio, or
  // unknown.
  Frame* frame(std::uint64_t pfn) {
    if (pfn - kFirstNewPfn < count_) return &new_[pfn - kFirstNewPfn];
    if (pfn - OTHER_PFN < pages_) return &other_[pfn - OTHER_PFN];
    return nullptr;
  }

  // Where the contents of a page frame are kept. Never null; the zero page is not for writing.
  Token& contents(std::uint64_t pfn) {
    if (pfn - FOLIO_PFN < pages_) return folio_[pfn - FOLIO_PFN];
    if (Frame* small = frame(pfn)) return small->contents;
    if (pfn == FOLIO_PFN - 1U) return neighbour_[0];
    if (pfn == FOLIO_PFN + pages_) return neighbour_[1];
    unknown_ = pfn == kZeroPfn ? Token{SEEN_ZERO} : originalToken(kUnknownToken);
    return unknown_;
  }

 private:
  unsigned count_ = 0;
  unsigned pages_ = 0;
  std::array<Token, MAX_PAGES> folio_;
  std::array<Frame, MAX_PAGES> other_;
  std::array<Frame, kMaxNew> new_;
  std::array<Token, 2> neighbour_;
  Token unknown_ = 0;
};

}  // namespace ptecheck

#endif
