// SPDX-License-Identifier: GPL-2.0-only
//
// What is known of processors that a kernel tree's helpers do not say. Lemmas are proved for all
// values of feature words and of patched code; some values no processor has, and on some
// processors a lemma need not hold. Whatever stands here is printed where it is used.
#ifndef PTECHECK_PROVE_PROCESSOR_FACTS_H
#define PTECHECK_PROVE_PROCESSOR_FACTS_H

#include <cstdint>
#include <span>

namespace ptecheck {

// Assumed of a variable of 64 bits that helpers read.
struct KnownVariable {
  const char* name;
  std::uint64_t always_set;  // bits
  const char* says;
};
std::span<const KnownVariable> knownVariables();

// Assumed of what patched code gives, by way of a helper that runs it.
struct KnownAssembly {
  const char* helper;
  std::uint64_t never_set;  // bits
  const char* says;
};
std::span<const KnownAssembly> knownAssembly();

// Where a lemma may be false without harm: only if it holds with this added.
struct Exemption {
  const char* arch;
  const char* helper;              // a question about the processor, which has to be true; or ""
  std::uint64_t never_in_entries;  // bits
  const char* why;
};
std::span<const Exemption> exemptions();

}  // namespace ptecheck

#endif
