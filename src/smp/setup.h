// SPDX-License-Identifier: GPL-2.0-only
//
// What a search is about: which actors there are, and what they work on. All states of one search
// have it in common.
#ifndef PTECHECK_SMP_SETUP_H
#define PTECHECK_SMP_SETUP_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "mm/policy.h"
#include "pte/architectures.h"
#include "scenario/history.h"
#include "smp/mutant.h"

namespace ptecheck {

enum class Mapping : std::uint8_t {
  kAnon,      // anonymous, swap-backed, in the swap cache
  kLazyfree,  // anonymous, MADV_FREE was called: may be dropped while it is clean
  kFile       // a file's, MAP_SHARED
};
inline constexpr unsigned kMappings = 3;

enum class ActorKind : std::uint8_t {
  kUser,      // a program's loads and stores
  kReclaim,   // shrink_folio_list()
  kGup,       // pin_user_pages_fast(), the device's access, unpin
  kMprotect,  // mprotect(PROT_READ)
  kMunmap,
  kDontneed,  // madvise(MADV_DONTNEED)
  kFree,      // madvise(MADV_FREE)
  kFork,
  kClearRefs,    // echo 4 >/proc/PID/clear_refs
  kPagemapScan,  // ioctl(PAGEMAP_SCAN) with write protection
  kMremap,
  kWriteback,  // fsync(): folio_clear_dirty_for_io(), page_mkclean()
  kAgeing,     // folio_referenced()
  kUnmapSync   // unmap_folio() before a split: try_to_unmap(TTU_SYNC)
};
inline constexpr unsigned kActorKinds = 14;

struct Op {  // of a program, or of a device
  enum Kind : std::uint8_t { kLoad, kStore } kind = kLoad;
  std::uint8_t range = 0;

  bool operator==(const Op&) const = default;
};
inline constexpr unsigned kMaxOps = 2;

struct ActorSpec {
  ActorKind kind = ActorKind::kUser;
  std::uint8_t space = 0;
  std::uint8_t ranges = 1;  // that the call is about, one bit each
  std::uint8_t op_count = 0;
  std::array<Op, kMaxOps> ops{};

  bool operator==(const ActorSpec&) const = default;
};

struct SmpSetup {
  Arch arch = kX86;
  std::uint8_t pages = 1;  // of the folio; 1 or 2
  Mapping mapping = Mapping::kAnon;
  bool child = false;  // space 1 is a child's that has been forked: pages are shared, read-only
  std::uint8_t count = 0;
  std::array<ActorSpec, kMaxActors> actors{};
  Policy policy;  // how reclaim batches
  SmpMutant mutant = SmpMutant::kNone;
};

// The text form, of command lines and reports:
//
//   setup   mapping "/" pages ["/child"] ":" actor {"," actor}      lazyfree/2:reclaim,user=S0L1
//   mapping "anon", "lazyfree" or "file"
//   actor   "user=" ops, "child=" ops (a program of space 1), "gup=" op, or a name of kActorNames,
//           with "@" ranges if the call is not about all of them: "mprotect@1"
//   op      "L" or "S", and the number of the range
//
// A file that is mapped is always shared; a gup's op says what the pin is for.
std::string_view mappingName(Mapping mapping);
std::string_view actorName(ActorKind kind);
std::string print(const ActorSpec& actor, unsigned pages);
std::string print(const SmpSetup& setup);
// Throws Error(kUsage). Architecture, policy and mutant stay as they are.
void parse(std::string_view text, SmpSetup& setup);
ActorKind parseActorKind(std::string_view name);

// Why such a setup makes no sense ("the page cannot be forked twice"), or nullptr.
const char* senseless(const SmpSetup& setup, bool soft_dirty, bool uffd_wp);

}  // namespace ptecheck

#endif
