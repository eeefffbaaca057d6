// SPDX-License-Identifier: GPL-2.0-only
//
// The instructions of one thread as the machine performs them: barriers left out as asked, jumps
// resolved, atomics taken apart, and for each a mask of the earlier ones that it waits for.
#ifndef PTECHECK_ORDER_MICRO_H
#define PTECHECK_ORDER_MICRO_H

#include <cstdint>
#include <string_view>
#include <vector>

#include "order/program.h"

namespace ptecheck::order {

enum class Kind : std::uint8_t {
  kRead,
  kWrite,
  kLock,
  kUnlock,
  kMb,
  kRmb,
  kWmb,
  kDsbStores,
  kDsb,
  kJump,
  kWalk,
  kUse,
  kFlushLocal,
  kTlbi,
  kIpi,
};

struct Micro {
  Kind kind;
  Op op;
  std::uint8_t location = kNone;
  std::uint8_t result = kNone;  // a load of an atomic has one always
  std::uint8_t tested = kNone;
  std::uint8_t address = kNone;
  Operand operand;
  std::uint8_t expected = 0;
  std::uint8_t target = 0;  // of a jump: the instruction it leads to; of kIpi: the thread
  bool atomic = false;
  bool compares = false;
  bool ordered = false;
  std::uint16_t waits = 0;
  std::string_view text;
};

// Fences and jumps are done without a step of their own.
constexpr bool settlesItself(Kind kind) {
  return kind == Kind::kMb || kind == Kind::kRmb || kind == Kind::kWmb ||
         kind == Kind::kDsbStores || kind == Kind::kDsb || kind == Kind::kJump;
}
constexpr bool reads(const Micro& micro) {
  return micro.kind == Kind::kRead || micro.kind == Kind::kLock || micro.kind == Kind::kWalk ||
         micro.kind == Kind::kUse;
}
constexpr bool writes(const Micro& micro) {
  return micro.kind == Kind::kWrite || micro.kind == Kind::kLock || micro.kind == Kind::kUnlock;
}
constexpr bool writesLocation(const Micro& micro, unsigned location) {
  return writes(micro) && micro.location == location;
}

// Throws std::invalid_argument; see Machine.
std::vector<Micro> compile(const Thread& thread, MemoryModel model, std::string_view without);

}  // namespace ptecheck::order

#endif
