// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_HEX_H
#define PTECHECK_SCENARIO_HEX_H

#include <charconv>
#include <cstdint>
#include <string>

namespace ptecheck {

// "0x1f".
inline std::string hex(std::uint64_t number) {
  char digits[16];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), number, 16);
  return "0x" + std::string(digits, end.ptr);
}

}  // namespace ptecheck

#endif
