// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_MODEL_HELPERS_H
#define PTECHECK_PROVE_MODEL_HELPERS_H

#include <cstdint>
#include <span>
#include <string>

#include "pte/architectures.h"

namespace ptecheck {

// A helper of one of the model's formats, as kernel_agent/helpers.h numbers and types them: on two
// words, and 0 or 1 for a question.
using ModelHelper = std::uint64_t (*)(std::uint64_t a, std::uint64_t b);

// By the number of the helper; null where the format has none (shadow stacks), or where it is not
// about entries.
std::span<const ModelHelper> modelHelpers(Arch arch);

// What is known of a format at run time: for enumerating words, and for printing them.
struct FormatFacts {
  std::uint64_t defined_bits, pfn_mask;
  unsigned pfn_shift;
  std::span<const BitName> names;
  bool (*is_present)(std::uint64_t);
};
FormatFacts formatFacts(Arch arch);

// "0x8000000000000067 = P RW U A D NX, pfn 0x0"; swap entries by their own names.
std::string describeEntry(const FormatFacts& facts, std::uint64_t pte);

// "SavD NX"; a field that has one of the bits by its name; bits without a name as a number.
std::string nameBits(const FormatFacts& facts, BitName::Form form, std::uint64_t bits);

}  // namespace ptecheck

#endif
