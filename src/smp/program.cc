// SPDX-License-Identifier: GPL-2.0-only
#include "smp/program.h"

namespace ptecheck {

Program programOf(ActorKind kind) {
  switch (kind) {
    case ActorKind::kUser:
      return userProgram();
    case ActorKind::kReclaim:
      return reclaimProgram();
    case ActorKind::kGup:
      return gupProgram();
    case ActorKind::kMprotect:
      return mprotectProgram();
    case ActorKind::kMunmap:
      return munmapProgram();
    case ActorKind::kDontneed:
      return dontneedProgram();
    case ActorKind::kFree:
      return freeProgram();
    case ActorKind::kFork:
      return forkProgram();
    case ActorKind::kClearRefs:
      return clearRefsProgram();
    case ActorKind::kPagemapScan:
      return pagemapScanProgram();
    case ActorKind::kMremap:
      return mremapProgram();
    case ActorKind::kWriteback:
      return writebackProgram();
    case ActorKind::kAgeing:
      return ageingProgram();
    case ActorKind::kUnmapSync:
      return unmapSyncProgram();
  }
  return {};
}

}  // namespace ptecheck
