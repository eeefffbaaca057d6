// SPDX-License-Identifier: GPL-2.0-only
#include "smp/machine.h"

#include <stdexcept>

namespace ptecheck {

unsigned Machine::allocate(Contents contents, bool anonymous) {
  for (unsigned i = setup.pages; i < kMaxFrames; ++i) {
    PageFrame& f = s.frames[i];
    // Frames that were freed are not used again, so that whoever still looks at them is found out.
    if (f != PageFrame{}) continue;
    f.set(PageFrame::kInUse);
    if (anonymous) {
      f.set(PageFrame::kAnon);
      f.set(PageFrame::kSwapBacked);
    }
    f.contents = contents;
    f.counts = 1;
    f.place = kNoPlace;
    return i;
  }
  throw std::logic_error("a run needs more page frames than kMaxFrames");
}

}  // namespace ptecheck
