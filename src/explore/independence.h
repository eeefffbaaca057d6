// SPDX-License-Identifier: GPL-2.0-only
//
// Which actor can be left to move alone, from what each reads and writes: for models that do not
// want to choose it themselves (explore/interleaving.h, "Reduction"). A model names its places (a
// variable, an entry, a lock, a position in a program), up to 64, and tells
//
//   // What the steps that `actor` can take now read and write. Read is everything that decides
//   // which steps there are, where they lead, and whether brokenBy() objects to one of them.
//   Footprint footprint(const State&, unsigned actor) const;
//   // The same for all steps that it may take now or later, whatever the others do before. More
//   // than that is allowed, and costs reduction alone.
//   Footprint footprintFromHere(const State&, unsigned actor) const;
//   // Places that brokenIn() looks at, and one that each step writes which brokenBy() may object
//   // to.
//   std::uint64_t watched(const State&) const;
//
// An actor may go first if what it does now touches nothing that another may write, now or later,
// writes nothing that another may read, and nothing that is watched. Such steps commute with
// everything that the others can do before it moves. explore/ample_check.h finds out, on a small
// model, whether footprints are true.
#ifndef PTECHECK_EXPLORE_INDEPENDENCE_H
#define PTECHECK_EXPLORE_INDEPENDENCE_H

#include <concepts>
#include <cstdint>

namespace ptecheck {

// One bit a place.
struct Footprint {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;

  Footprint& operator|=(const Footprint& more) {
    reads |= more.reads;
    writes |= more.writes;
    return *this;
  }
};

// Two steps that only read a place do not mind each other.
constexpr bool conflict(const Footprint& a, const Footprint& b) {
  return ((a.writes & (b.reads | b.writes)) | (a.reads & b.writes)) != 0;
}

template <class Model>
concept TellsFootprints = requires(const Model& model, const typename Model::State& state) {
  { model.footprint(state, 0U) } -> std::convertible_to<Footprint>;
  { model.footprintFromHere(state, 0U) } -> std::convertible_to<Footprint>;
  { model.watched(state) } -> std::convertible_to<std::uint64_t>;
};

// The first actor that may go first; actors() if there is none. An actor that writes nothing is no
// candidate: it has no step, or one that leads nowhere.
template <TellsFootprints Model>
unsigned ampleByFootprints(const Model& model, const typename Model::State& state) {
  const unsigned actors = model.actors();
  const std::uint64_t watched = model.watched(state);
  for (unsigned a = 0; a < actors; ++a) {
    const Footprint now = model.footprint(state, a);
    if (now.writes == 0 || (now.writes & watched) != 0) continue;
    bool alone = true;
    for (unsigned other = 0; other < actors && alone; ++other)
      alone = other == a || !conflict(now, model.footprintFromHere(state, other));
    if (alone) return a;
  }
  return actors;
}

}  // namespace ptecheck

#endif
