// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: with sanitizers everything takes much longer. What they look for shows on a
// small part of the work, so there a test does less; the build without them does all of it.
#ifndef PTECHECK_SCENARIO_SANITIZED_H
#define PTECHECK_SCENARIO_SANITIZED_H

namespace ptecheck {

#if defined(PTECHECK_SANITIZED)
inline constexpr bool kSlow = true;
#else
inline constexpr bool kSlow = false;
#endif

}  // namespace ptecheck

#endif
