// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/mixed_states.h"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <map>
#include <mutex>
#include <vector>

#include "scenario/flat.h"

namespace ptecheck {

namespace {

constexpr unsigned kReadShared = ENTRY_PRESENT;
constexpr unsigned kReadExclusive = ENTRY_PRESENT | ENTRY_EXCLUSIVE;
constexpr unsigned kWriteExclusive = kReadExclusive | ENTRY_WRITE;

using States = std::vector<EntryState>;

class Builder {
 public:
  explicit Builder(const StateRequest& request) : r_(request) {}

  States build() {
    holes();
    if (r_.device_private)
      device(ENTRY_DEVICE_PRIVATE);
    else if (r_.file)
      presentOfFile();
    else
      presentAnonymous();
    if (r_.device_exclusive && !(r_.vma_flags & VMA_SHADOW_STACK)) device(ENTRY_DEVICE_EXCLUSIVE);
    if (r_.swap) swapEntries();
    std::stable_sort(states_.begin(), states_.end(),
                     [](EntryState a, EntryState b) { return weight(a) < weight(b); });
    if (r_.markers && uffd()) add(ENTRY_MARKER);  // last, so that ids stay what they are
    return std::move(states_);
  }

 private:
  static unsigned weight(EntryState s) {
    return static_cast<unsigned>(std::popcount(s.first) + std::popcount(s.second));
  }
  void add(unsigned first, unsigned second = 0) {
    states_.push_back({static_cast<unsigned short>(first), static_cast<unsigned short>(second)});
  }
  bool writable() const { return (r_.vma_flags & VMA_WRITE) != 0; }
  bool uffd() const { return (r_.vma_flags & VMA_UFFD_WP) != 0; }

  void holes() {
    add(0);
    if (r_.file && uffd()) add(ENTRY_MARKER);
    if (r_.all) {
      add(ENTRY_OTHER);
      if (!r_.file) add(ENTRY_SWAPPED);
    }
    if (!r_.pair) return;
    // A has given the page up, or never had it.
    if (r_.device_private) {
      add(0, ENTRY_DEVICE_PRIVATE);
      return;
    }
    add(0, kReadShared | ENTRY_YOUNG);
    if (!r_.file && writable()) add(0, kWriteExclusive | ENTRY_YOUNG | ENTRY_DIRTY);
    if (r_.swap && r_.all) add(0, ENTRY_SWAP | ENTRY_EXCLUSIVE);
  }

  // The bits that entries of one kind differ in, as a list: every combination; or, in `few`, none,
  // each alone and all.
  std::vector<unsigned> combinations(bool dirty, bool few) const {
    std::vector<unsigned> bits;
    if (dirty) bits.push_back(ENTRY_DIRTY);
    if (r_.soft_dirty) bits.push_back(ENTRY_SOFT_DIRTY);
    if (r_.young) bits.push_back(ENTRY_YOUNG);
    const unsigned always = r_.young ? 0 : ENTRY_YOUNG;
    std::vector<unsigned> result;
    for (unsigned set = 0; set < (1U << bits.size()); ++set) {
      const bool extreme = std::popcount(set) <= 1 || set + 1 == (1U << bits.size());
      if (few && !extreme) continue;
      unsigned all = always;
      for (unsigned i = 0; i < bits.size(); ++i)
        if (set & (1U << i)) all |= bits[i];
      result.push_back(all);
    }
    return result;
  }
  // With four pages: of writable entries none and each bit alone, of others none.
  std::vector<unsigned> bitsOf(unsigned kind, bool dirty) const {
    const bool write = (kind & ENTRY_WRITE) != 0;
    if (r_.all) return combinations(dirty, !write);
    const unsigned young = ENTRY_YOUNG;
    std::vector<unsigned> result = {young};
    if (!write) return result;
    if (dirty) result.push_back(young | ENTRY_DIRTY);
    if (r_.soft_dirty) result.push_back(young | ENTRY_SOFT_DIRTY);
    if (r_.young) result.push_back(0);
    return result;
  }

  void presentAnonymous() {
    std::vector<unsigned> kinds = {kReadShared};
    if (r_.all || !r_.pair) kinds.push_back(kReadExclusive);
    if (writable()) kinds.push_back(kWriteExclusive);
    if (uffd()) kinds.push_back(kReadExclusive | ENTRY_UFFD_WP);
    if (uffd() && r_.all) kinds.push_back(kReadShared | ENTRY_UFFD_WP);
    for (unsigned kind : kinds)
      for (unsigned bits : bitsOf(kind, true)) {
        const unsigned entry = kind | bits;
        // pte_mkwrite_shstk(): there, writable is dirty.
        if ((r_.vma_flags & VMA_SHADOW_STACK) && (kind & ENTRY_WRITE) && !(bits & ENTRY_DIRTY))
          continue;
        presentOne(entry, (kind & ENTRY_EXCLUSIVE) == 0);
      }
  }
  void presentOne(unsigned entry, bool shared) {
    add(entry);
    if (r_.pair && shared) {
      add(entry, kReadShared | ENTRY_YOUNG | (entry & ENTRY_SOFT_DIRTY));
      if (r_.all) add(entry, kReadShared | ENTRY_DIRTY | (entry & ENTRY_SOFT_DIRTY));
      if (r_.swap) add(entry, ENTRY_SWAP);
    }
    if (r_.unused && mayBeUnused(entry)) add(entry | ENTRY_UNUSED);
  }

  // Of an unused entry, the other bits matter to nobody, but a batch compares some.
  bool mayBeUnused(unsigned entry) const {
    if (entry & ENTRY_SOFT_DIRTY) return false;
    const bool plain = !(entry & (ENTRY_DIRTY | ENTRY_UFFD_WP)) && (entry & ENTRY_YOUNG);
    const bool in_between = (entry & ENTRY_EXCLUSIVE) && !(entry & ENTRY_WRITE);
    return r_.all || (plain && !in_between);
  }

  void presentOfFile() {
    const bool shared = (r_.vma_flags & VMA_SHARED) != 0;
    const bool dirty = shared || r_.shmem;  // else nobody writes
    std::vector<unsigned> kinds = {ENTRY_PRESENT};
    if (shared && writable()) kinds.push_back(ENTRY_PRESENT | ENTRY_WRITE);
    if (uffd()) kinds.push_back(ENTRY_PRESENT | ENTRY_UFFD_WP);
    for (unsigned kind : kinds) {
      std::vector<unsigned> of_kind = bitsOf(kind, dirty);
      if (!r_.all && dirty && !(kind & ENTRY_WRITE)) of_kind.push_back(ENTRY_DIRTY | ENTRY_YOUNG);
      for (unsigned bits : of_kind) {
        const unsigned entry = kind | bits;
        add(entry);
        if (r_.unused && mayBeUnused(entry)) add(entry | ENTRY_UNUSED);
        if (!r_.pair) continue;
        add(entry, ENTRY_PRESENT | ENTRY_YOUNG);
        if (shared && writable())
          add(entry, ENTRY_PRESENT | ENTRY_WRITE | ENTRY_DIRTY | ENTRY_YOUNG);
      }
    }
  }

  // They remember write, soft-dirty and uffd-wp.
  void device(unsigned kind) {
    std::vector<unsigned> types;
    if (kind == ENTRY_DEVICE_PRIVATE) types.push_back(kind);
    if (r_.all) types.push_back(kind | ENTRY_EXCLUSIVE);
    if (writable()) types.push_back(kind | ENTRY_EXCLUSIVE | ENTRY_WRITE);
    if (uffd()) types.push_back(kind | ENTRY_EXCLUSIVE | ENTRY_UFFD_WP);
    if (types.empty()) types.push_back(kind | ENTRY_EXCLUSIVE);
    for (unsigned type : types) {
      add(type);
      if (r_.soft_dirty && r_.all) add(type | ENTRY_SOFT_DIRTY);
      if (r_.pair && !(type & ENTRY_EXCLUSIVE)) add(type, kind);
    }
  }

  void swapEntries() {
    std::vector<unsigned> types = {ENTRY_SWAP, ENTRY_SWAP | ENTRY_EXCLUSIVE};
    if (uffd() && r_.all) types.push_back(ENTRY_SWAP | ENTRY_UFFD_WP);
    if (uffd()) types.push_back(ENTRY_SWAP | ENTRY_EXCLUSIVE | ENTRY_UFFD_WP);
    for (unsigned type : types)
      for (unsigned soft_dirty : {0U, unsigned{ENTRY_SOFT_DIRTY}}) {
        if (soft_dirty != 0 && (!r_.soft_dirty || !r_.all)) continue;
        add(type | soft_dirty);
        if (!r_.pair || (type & ENTRY_EXCLUSIVE)) continue;
        add(type | soft_dirty, ENTRY_SWAP | soft_dirty);
        add(type | soft_dirty, kReadShared | ENTRY_YOUNG);
      }
  }

  StateRequest r_;
  States states_;
};

// A number of its own for every request.
unsigned keyOf(const StateRequest& r) {
  unsigned key = r.vma_flags;
  for (bool bit : {r.file, r.shmem, r.pair, r.all, r.soft_dirty, r.young, r.swap,
                   r.device_exclusive, r.device_private, r.unused, r.markers})
    key = key << 1 | (bit ? 1U : 0U);
  return key;
}

}  // namespace

EntryStates mixedStates(const StateRequest& request) {
  // Built once. Elements of a map stay where they are.
  static std::mutex mutex;
  static std::map<unsigned, States> known;
  const std::lock_guard lock(mutex);
  auto [at, is_new] = known.try_emplace(keyOf(request));
  if (is_new) at->second = Builder(request).build();
  return at->second;
}

}  // namespace ptecheck
