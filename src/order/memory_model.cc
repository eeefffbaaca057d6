// SPDX-License-Identifier: GPL-2.0-only
#include "order/memory_model.h"

namespace ptecheck::order {

std::string_view memoryModelName(MemoryModel model) {
  switch (model) {
    case MemoryModel::kSc:
      return "sc";
    case MemoryModel::kTso:
      return "tso";
    case MemoryModel::kWeak:
      break;
  }
  return "weak";
}

namespace {

bool makes(const Micro& micro, std::uint8_t number) {
  return number != kNone && micro.result == number &&
         (micro.kind == Kind::kRead || micro.kind == Kind::kUse);
}

bool accesses(const Micro& micro) { return reads(micro) || writes(micro); }

bool isFull(Kind kind) {
  return kind == Kind::kMb || kind == Kind::kDsb || kind == Kind::kIpi || kind == Kind::kFlushLocal;
}

bool usesTlb(const Micro& micro) { return micro.kind == Kind::kWalk || micro.kind == Kind::kUse; }

// What a walk waits for: smp_mb() is not enough, nor is an atomic.
bool beforeWalk(const Micro& a) {
  return usesTlb(a) || a.kind == Kind::kDsb || a.kind == Kind::kIpi || a.kind == Kind::kFlushLocal;
}

bool tso(const Micro& a, const Micro& b) {
  if (usesTlb(b)) return beforeWalk(a);
  const bool buffered = (a.kind == Kind::kWrite && !a.atomic) || a.kind == Kind::kUnlock;
  const bool passes = (b.kind == Kind::kRead && !b.atomic) || b.kind == Kind::kRmb ||
                      b.kind == Kind::kWmb || b.kind == Kind::kJump || b.kind == Kind::kTlbi;
  return !(buffered && passes);
}

bool byFence(const Micro& a, const Micro& b) {
  if ((a.kind == Kind::kMb && b.kind == Kind::kTlbi) ||
      (a.kind == Kind::kTlbi && b.kind == Kind::kMb))
    return false;
  if (isFull(a.kind) || isFull(b.kind)) return true;
  // A full barrier stands before the load of an ordered atomic, and one after its store.
  if (b.kind == Kind::kRead && b.atomic && b.ordered) return true;
  if (a.kind == Kind::kWrite && a.atomic && a.ordered) return true;
  if (a.kind == Kind::kLock && a.ordered) return true;
  if (b.kind == Kind::kUnlock && b.ordered && accesses(a)) return true;
  if (a.kind == Kind::kDsbStores) return true;
  switch (b.kind) {
    case Kind::kRmb:
      return reads(a) || a.kind == Kind::kRmb || a.kind == Kind::kJump;
    case Kind::kWmb:
    case Kind::kDsbStores:
      return writes(a) || a.kind == Kind::kWmb || a.kind == Kind::kJump;
    default:
      return (a.kind == Kind::kRmb && reads(b)) || (a.kind == Kind::kWmb && writes(b));
  }
}

bool byDependency(const std::vector<Micro>& code, unsigned earlier, unsigned later) {
  const Micro& a = code[earlier];
  const Micro& b = code[later];
  if (makes(a, b.address) || makes(a, b.tested)) return true;
  if (b.operand.is_register && makes(a, b.operand.value)) return true;
  if (b.kind == Kind::kWrite && b.atomic && later == earlier + 1) return true;
  const bool looks_only = b.kind == Kind::kRead;
  if (a.kind == Kind::kJump && !looks_only) return true;
  if (writes(b))
    for (unsigned between = earlier + 1; between < later; ++between)
      if (makes(a, code[between].address)) return true;
  return false;
}

bool byPlace(const Micro& a, const Micro& b) {
  return writes(b) && accesses(a) && a.location == b.location;
}

}  // namespace

bool staysInOrder(MemoryModel model, const std::vector<Micro>& code, unsigned earlier,
                  unsigned later) {
  const Micro& a = code[earlier];
  const Micro& b = code[later];
  switch (model) {
    case MemoryModel::kSc:
      return true;
    case MemoryModel::kTso:
      return tso(a, b);
    case MemoryModel::kWeak:
      break;
  }
  if (usesTlb(b)) return beforeWalk(a);
  return byPlace(a, b) || byFence(a, b) || byDependency(code, earlier, later);
}

}  // namespace ptecheck::order
