// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: all lemmas on all formats, proved once for all tests of an executable.
//
// With the sanitizers, which are about mistakes of memory and not of logic, two of the nine formats
// have to do, and those of their past: x86-64, the only one with shadow stacks, inverted page
// frames, and all three software bits; and one without most of that.
#ifndef PTECHECK_PROVE_PROOFS_FOR_TESTS_H
#define PTECHECK_PROVE_PROOFS_FOR_TESTS_H

#include "prove/model_prove.h"
#include "scenario/sanitized.h"

namespace ptecheck {

inline constexpr bool kProveAllFormats = !kSlow;

inline const ProveResults& provedForTests() {
  static const ProveResults results = [] {
    ProveOptions options;
    for (Arch arch = 0; arch < kArchs; ++arch)
      if (kProveAllFormats || arch == kX86 || arch == archOf("arm64-sw"))
        options.archs.push_back(arch);
    options.jobs = 2;
    options.history = true;
    return proveModel(options);
  }();
  return results;
}

}  // namespace ptecheck

#endif
