// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_IR_CONSTANTS_H
#define PTECHECK_PROVE_IR_CONSTANTS_H

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>

#include <cstdint>
#include <optional>

namespace ptecheck {

// Is `global` a variable that is never written, and whose first value is the one that every read
// sees? Not where the linker may take another definition instead.
bool isKnownConstant(LLVMValueRef global);

// `bytes` bytes of such a variable from `offset` on, as a load of that size gives them; nothing if
// they are not plain numbers (addresses, or what lies behind its end).
std::optional<std::uint64_t> constantContents(LLVMTargetDataRef layout, LLVMValueRef global,
                                              std::uint64_t offset, unsigned bytes);

}  // namespace ptecheck

#endif
