// SPDX-License-Identifier: GPL-2.0-only
#include "spec/history_verdict.h"

namespace ptecheck::spec_detail {

std::string locationText(unsigned space, unsigned range) {
  return "space " + std::to_string(space) + " page " + std::to_string(range);
}

std::string contentsText(unsigned contents) {
  if (contents == kZeroes) return "zeroes";
  if (contents < kFirstWrite)
    return "the original contents of page " + std::to_string(contents - 1);
  return "write " + std::to_string(contents - kFirstWrite + 1);
}

std::string contentsSetText(ContentsSet set) {
  std::string text;
  for (unsigned c = kMaxContents; c-- > 0;)
    if (set >> c & 1) text += (text.empty() ? "" : " or ") + contentsText(c);
  return text.empty() ? "nothing" : text;
}

const char* systemCallText(SystemCall call) {
  switch (call) {
    case SystemCall::kMprotectRead:
      return "mprotect(PROT_READ)";
    case SystemCall::kMunmap:
      return "munmap()";
    case SystemCall::kDontneed:
      return "MADV_DONTNEED";
    case SystemCall::kFree:
      return "MADV_FREE";
    case SystemCall::kFork:
      return "fork()";
    case SystemCall::kClearRefs:
      return "clear_refs";
    case SystemCall::kWriteProtect:
      return "write protection";
    case SystemCall::kMremap:
      return "mremap()";
    case SystemCall::kWriteback:
      return "fsync()";
    case SystemCall::kUnmapFolio:
      return "unmapping the folio";
  }
  return "";
}

}  // namespace ptecheck::spec_detail
