// SPDX-License-Identifier: GPL-2.0-only
//
// A mix says how often each state occurs, so that scenarios can be drawn as some workload has them.
// The exhaustive space counts a situation once however rare it is: it says what can go wrong, not
// how often a batch gets long.
//
// A mix is a text of lines "GROUP VALUE = WEIGHT", with comments after '#'. The weights of a group
// are weighed against each other. What a group that the text does not name is, the built-in mix
// says; of one that it names, values that are not named have no weight.
//
//   pages 16 = 3        # three folios of 16 pages ...
//   pages 1 = 1         # ... for each of one page
//
// Scenarios are of unmapping and of migration, there and back, of folios whose entries are present
// or, run by run, in swap form or uffd-wp markers; and legal (legal.h): where a group's draw is
// impossible in a situation - a writable entry of a page that two processes share - only what is
// possible is drawn from, and the first possible value stands in if none of that has a weight.
#ifndef PTECHECK_SCENARIO_MIX_H
#define PTECHECK_SCENARIO_MIX_H

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "scenario/abilities.h"
#include "scenario/choices.h"
#include "scenario/flat.h"

namespace ptecheck {

// Values are in the order of mix.cc, the simplest first.
enum class MixGroup : unsigned char {
  kPages,      // of the folio: 1, 2, 4, ... 512
  kMapped,     // how much of it: all, three quarters, half, one page; in one piece
  kFolio,      // lazyfree, swap-backed, file, shmem
  kFolioFlag,  // clean, dirty
  kProcesses,  // one, two
  kVma,        // tracked, untracked (VM_SOFTDIRTY), uffd-wp, locked, read-only, droppable, shadow
  kAfter,      // nothing, write, fork and write, swapoff, read
  kReference,  // none, one more folio reference
  kPin,        // none, one
  kEvent,      // none; a reference or a failing swap_duplicate() at a random chance
  kFlush,      // deferred, immediate
  kBlocks,     // contiguous blocks: folded, single entries
  kRun,        // of equal entries: 1, 2, 4, ... 512
  kShared,     // by both, if there are two processes: yes, no
  kWrite,      // no, yes
  kExclusive,  // of read-only entries: no, yes
  kDirty,      // no, yes
  kYoung,
  kSoftDirty,
  kUffdWp,   // in a VMA that is registered
  kWork,     // unmap, migrate
  kMapping,  // of files and shmem: shared, private
  kEntry,    // of a run: present, swap, marker, device-exclusive
};
inline constexpr unsigned kMixGroups = 23;
inline constexpr unsigned kMixValues = 10;  // a group has at most so many

struct MixGroupInfo {
  std::string_view name;
  std::array<std::string_view, kMixValues> values;  // "" behind the last
  unsigned count() const {
    return static_cast<unsigned>(std::find(values.begin(), values.end(), "") - values.begin());
  }
};
const std::array<MixGroupInfo, kMixGroups>& mixGroups();

class Mix {
 public:
  unsigned weight(MixGroup group, unsigned value) const {
    return weights_[static_cast<unsigned>(group)][value];
  }

  // Draws a value of the group; `possible` has a bit for each that may be.
  template <Chooser C>
  unsigned draw(C& chooser, MixGroup group, unsigned possible = ~0U) const {
    const std::span<const unsigned> weights = weights_[static_cast<unsigned>(group)];
    unsigned total = 0;
    for (unsigned i = 0; i < kMixValues; ++i)
      if (possible >> i & 1) total += weights[i];
    if (total == 0) return static_cast<unsigned>(std::countr_zero(possible));
    unsigned left = chooser.choose(total);
    for (unsigned i = 0;; ++i) {
      if (!(possible >> i & 1)) continue;
      if (left < weights[i]) return i;
      left -= weights[i];
    }
  }

 private:
  friend Mix parseMix(std::string_view text, const std::string& name);

  std::array<std::array<unsigned, kMixValues>, kMixGroups> weights_{};
};

// Throws Error(kUsage) with `name`, the line's number, and what can be there.
Mix parseMix(std::string_view text, const std::string& name);

// The built-in mix; docs/manual.md says why each line is as it is.
std::string_view builtInMixText();
const Mix& builtInMix();

namespace mix_detail {

enum Vma { kTracked, kUntracked, kRegistered, kLocked, kReadOnly, kDroppable, kShadowStack };
enum After { kNothing, kWrites, kForkAndWrite, kSwapoff, kReads };
enum Folio { kLazyfree, kSwapBacked, kFile, kShmem };
enum Entry { kPresent, kSwap, kMarker, kDeviceExclusive };

template <Chooser C>
class Builder {
 public:
  Builder(C& chooser, const Mix& mix, const Abilities& abilities, Scenario& s)
      : chooser_(chooser), mix_(mix), abilities_(abilities), s_(s) {}

  void build() {
    std::memset(&s_, 0, offsetof(Scenario, entry));
    const auto orders = static_cast<unsigned>(std::bit_width(unsigned{abilities_.table_slots}));
    s_.pages = static_cast<unsigned short>(1U << draw(MixGroup::kPages, (1U << orders) - 1));
    folioAndProcesses();
    disturbances();
    steps();
    if (abilities_.contiguous > 1 && s_.pages >= abilities_.contiguous)
      s_.folded = draw(MixGroup::kBlocks) == 0;
    entries();
    if (s_.pins != 0 && !exclusive_) s_.pins = 0;  // nothing that could be pinned
  }

 private:
  unsigned draw(MixGroup group, unsigned possible = ~0U) {
    return mix_.draw(chooser_, group, possible & ((1U << kMixValues) - 1));
  }
  bool yes(MixGroup group) { return draw(group) == 1; }

  bool file() const { return (s_.folio_flags & FOLIO_FILE) != 0; }
  bool migrates() const { return s_.operation == OPERATION_TRY_TO_MIGRATE; }

  void folioAndProcesses() {
    s_.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
    if (draw(MixGroup::kWork) == 1) s_.operation = OPERATION_TRY_TO_MIGRATE;
    const unsigned folio = draw(MixGroup::kFolio);
    if (folio == kSwapBacked || folio == kShmem) s_.folio_flags |= FOLIO_SWAPBACKED;
    if (folio == kFile || folio == kShmem) s_.folio_flags |= FOLIO_FILE;
    if (folio == kSwapBacked && !migrates()) s_.folio_flags |= FOLIO_SWAPCACHE;
    if (yes(MixGroup::kFolioFlag)) s_.folio_flags |= FOLIO_DIRTY;
    s_.processes = static_cast<unsigned char>(1 + draw(MixGroup::kProcesses));
    // Nobody writes to a file, whose file system is not modelled, and a fork copies nothing of it.
    unsigned possible_after =
        file() ? 1U << kNothing
               : 1U << kNothing | 1U << kWrites | 1U << kForkAndWrite | 1U << kReads;
    if (s_.folio_flags & FOLIO_SWAPCACHE) possible_after |= 1U << kSwapoff;
    after_ = draw(MixGroup::kAfter, possible_after);
    unsigned possible = 1U << kTracked | 1U << kLocked;
    if (abilities_.soft_dirty) possible |= 1U << kUntracked;
    if (abilities_.uffd_wp) possible |= 1U << kRegistered;
    if (abilities_.shadow_stack && !file()) possible |= 1U << kShadowStack;
    if (after_ != kWrites && after_ != kForkAndWrite) possible |= 1U << kReadOnly;
    if (folio == kLazyfree && s_.processes == 1 && after_ != kForkAndWrite)
      possible |= 1U << kDroppable;
    static constexpr std::array<unsigned short, 7> kFlags = {
        VMA_WRITE, VMA_WRITE | VMA_SOFTDIRTY, VMA_WRITE | VMA_UFFD_WP,     VMA_WRITE | VMA_LOCKED,
        0,         VMA_WRITE | VMA_DROPPABLE, VMA_WRITE | VMA_SHADOW_STACK};
    vma_ = kFlags[draw(MixGroup::kVma, possible)];
    if (file()) vma_ |= VMA_FILE | (draw(MixGroup::kMapping) == 0 ? VMA_SHARED : 0);
    for (unsigned process = 0; process < s_.processes; ++process) s_.vma[process][0].flags = vma_;
  }

  void disturbances() {
    s_.references = static_cast<unsigned short>(draw(MixGroup::kReference));
    s_.pins = static_cast<unsigned short>(draw(MixGroup::kPin));
    if (!file() && !migrates() && yes(MixGroup::kEvent)) {
      s_.event = s_.folio_flags & FOLIO_SWAPBACKED ? EVENT_SWAP_DUPLICATE : EVENT_REFERENCE;
      s_.event_at = static_cast<unsigned short>(1 + chooser_.choose(s_.pages));
    }
    if (draw(MixGroup::kFlush) == 0) {
      s_.ttu = UNMAP_BATCH_FLUSH;
      s_.remote_cpu = 1;
    }
  }

  // A migration ends before anybody touches the folio; nobody moves what is held.
  void steps() {
    if (after_ == kForkAndWrite) step(STEP_FORK);
    if (migrates()) step(s_.references == 0 && s_.pins == 0 ? STEP_MIGRATED : STEP_NOT_MIGRATED);
    if (after_ == kSwapoff) step(STEP_SWAPOFF);
    if (after_ == kReads) step(STEP_READ);  // swaps in
    if (after_ == kWrites || after_ == kForkAndWrite) step(STEP_WRITE);
  }
  void step(unsigned char action) { s_.step[s_.steps++] = {action, 0, ALL_PAGES}; }

  // The mapped piece, in runs of equal entries.
  void entries() {
    const unsigned pages = s_.pages;
    const std::array<unsigned, 4> lengths = {pages, pages - pages / 4, pages - pages / 2, 1};
    const unsigned length = lengths[draw(MixGroup::kMapped)];
    const unsigned begin = chooser_.choose(pages - length + 1), end = begin + length;
    std::fill_n(s_.entry, std::size_t{s_.processes} * pages, static_cast<unsigned short>(0));
    for (unsigned page = begin; page < end;) {
      const unsigned run_end = std::min(end, page + (1U << draw(MixGroup::kRun)));
      const bool shared = s_.processes > 1 && draw(MixGroup::kShared) == 0;
      const auto [first, second] = pair(shared, drawEntry(shared, run_end == end));
      for (; page < run_end; ++page) {
        s_.entry[page] = first;
        if (s_.processes > 1) s_.entry[pages + page] = second;
      }
    }
  }

  // What the entries of a run are. Something must map the folio; if nothing does yet, the `last`
  // run.
  unsigned drawEntry(bool shared, bool last) {
    unsigned possible = 1U << kPresent;
    if (mapped_ || !last) {
      if (s_.folio_flags & FOLIO_SWAPCACHE) possible |= 1U << kSwap;
      if ((vma_ & VMA_FILE) && (vma_ & VMA_UFFD_WP)) possible |= 1U << kMarker;
    }
    // A page that a device has for itself is exclusive.
    if (abilities_.device && !file() && !shared && !(vma_ & VMA_SHADOW_STACK))
      possible |= 1U << kDeviceExclusive;
    const unsigned entry = draw(MixGroup::kEntry, possible);
    mapped_ = mapped_ || entry == kPresent || entry == kDeviceExclusive;
    return entry;
  }

  // The second process's entry, if it does not share the page, maps a copy of its own.
  std::pair<unsigned short, unsigned short> pair(bool shared, unsigned entry) {
    const unsigned bits = entry == kPresent  ? present(shared)
                          : entry == kMarker ? unsigned{ENTRY_MARKER}
                                             : inSwapForm(shared, entry == kDeviceExclusive);
    return {static_cast<unsigned short>(bits),
            static_cast<unsigned short>(shared ? bits : unsigned{ENTRY_OTHER})};
  }

  unsigned present(bool shared) {
    const bool writable = file() ? (vma_ & VMA_SHARED) != 0 : !shared;
    const bool write = draw(MixGroup::kWrite, (vma_ & VMA_WRITE) && writable ? 3 : 1) == 1;
    unsigned bits = ENTRY_PRESENT;
    if (write) bits |= ENTRY_WRITE;
    if (!file() && (write || draw(MixGroup::kExclusive, shared ? 1 : 3) == 1))
      bits |= ENTRY_EXCLUSIVE;
    // A shadow stack is writable by being dirty; a file's page is written through shared mappings.
    const unsigned dirty = write && (vma_ & VMA_SHADOW_STACK) ? 2
                           : file() && !(vma_ & VMA_SHARED)   ? 1
                                                              : 3;
    if (draw(MixGroup::kDirty, dirty) == 1) bits |= ENTRY_DIRTY;
    if (yes(MixGroup::kYoung)) bits |= ENTRY_YOUNG;
    exclusive_ = exclusive_ || (bits & ENTRY_EXCLUSIVE);
    return bits | softwareBits(write);
  }

  // The folio's own swap entries, as an earlier attempt to unmap it left them, or a device's.
  unsigned inSwapForm(bool shared, bool device) {
    if (!device) {
      const bool exclusive = draw(MixGroup::kExclusive, shared ? 1 : 3) == 1;
      return ENTRY_SWAP | (exclusive ? unsigned{ENTRY_EXCLUSIVE} : 0U) | softwareBits(false);
    }
    const bool write = draw(MixGroup::kWrite, vma_ & VMA_WRITE ? 3 : 1) == 1;
    return ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | (write ? unsigned{ENTRY_WRITE} : 0U) |
           softwareBits(write);
  }

  unsigned softwareBits(bool write) {
    unsigned bits = 0;
    if (draw(MixGroup::kSoftDirty, abilities_.soft_dirty ? 3 : 1) == 1) bits |= ENTRY_SOFT_DIRTY;
    if (draw(MixGroup::kUffdWp, (vma_ & VMA_UFFD_WP) && !write ? 3 : 1) == 1) bits |= ENTRY_UFFD_WP;
    return bits;
  }

  C& chooser_;
  const Mix& mix_;
  const Abilities& abilities_;
  Scenario& s_;
  unsigned short vma_ = 0;
  unsigned after_ = kNothing;
  bool exclusive_ = false;  // some page that is present is
  bool mapped_ = false;     // some entry maps the folio
};

}  // namespace mix_detail

// Draws a scenario. Writes scenarioBytes() of `s`.
template <Chooser C>
void chooseMixed(C& chooser, const Mix& mix, const Abilities& abilities, Scenario& s) {
  mix_detail::Builder<C>(chooser, mix, abilities, s).build();
}

}  // namespace ptecheck

#endif
