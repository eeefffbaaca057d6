// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_constants.h"

namespace ptecheck {
namespace {

bool isWeak(LLVMValueRef global) {
  switch (LLVMGetLinkage(global)) {
    case LLVMWeakAnyLinkage:
    case LLVMWeakODRLinkage:
    case LLVMLinkOnceAnyLinkage:
    case LLVMCommonLinkage:
    case LLVMExternalWeakLinkage:
      return true;
    default:
      return false;
  }
}

std::optional<std::uint8_t> byteOf(LLVMTargetDataRef layout, LLVMValueRef initial,
                                   std::uint64_t offset) {
  const LLVMTypeRef type = LLVMTypeOf(initial);
  if (offset >= LLVMABISizeOfType(layout, type)) return std::nullopt;
  if (LLVMIsNull(initial)) return std::uint8_t{0};
  if (LLVMIsAConstantInt(initial)) {
    const std::uint64_t size = LLVMGetIntTypeWidth(type) / 8;
    if (size == 0 || size > 8) return std::nullopt;
    const bool big_endian = LLVMByteOrder(layout) == LLVMBigEndian;
    const std::uint64_t from_low = big_endian ? size - 1 - offset : offset;
    return std::uint8_t(LLVMConstIntGetZExtValue(initial) >> (8 * from_low));
  }
  if (LLVMIsAConstantStruct(initial)) {
    const unsigned i = LLVMElementAtOffset(layout, type, offset);
    const std::uint64_t begin = LLVMOffsetOfElement(layout, type, i);
    const LLVMValueRef part = LLVMGetOperand(initial, i);
    if (offset - begin >= LLVMABISizeOfType(layout, LLVMTypeOf(part)))
      return std::uint8_t{0};  // padding
    return byteOf(layout, part, offset - begin);
  }
  if (LLVMIsAConstantArray(initial) || LLVMIsAConstantDataArray(initial)) {
    const std::uint64_t size = LLVMABISizeOfType(layout, LLVMGetElementType(type));
    const auto i = static_cast<unsigned>(offset / size);
    return byteOf(layout,
                  LLVMIsAConstantArray(initial) ? LLVMGetOperand(initial, i)
                                                : LLVMGetElementAsConstant(initial, i),
                  offset % size);
  }
  return std::nullopt;
}

}  // namespace

bool isKnownConstant(LLVMValueRef global) {
  return LLVMIsGlobalConstant(global) && !LLVMIsDeclaration(global) && !isWeak(global);
}

std::optional<std::uint64_t> constantContents(LLVMTargetDataRef layout, LLVMValueRef global,
                                              std::uint64_t offset, unsigned bytes) {
  const bool big_endian = LLVMByteOrder(layout) == LLVMBigEndian;
  std::uint64_t contents = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const std::optional<std::uint8_t> byte = byteOf(layout, LLVMGetInitializer(global), offset + i);
    if (!byte) return std::nullopt;
    contents |= std::uint64_t{*byte} << (8 * (big_endian ? bytes - 1 - i : i));
  }
  return contents;
}

}  // namespace ptecheck
