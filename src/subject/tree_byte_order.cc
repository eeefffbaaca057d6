// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_byte_order.h"

namespace ptecheck {
namespace {

struct Swap {
  void operator()(char&) const {}
  void operator()(unsigned char&) const {}
  void operator()(unsigned short& n) const { n = __builtin_bswap16(n); }
  void operator()(unsigned& n) const { n = __builtin_bswap32(n); }
  void operator()(int& n) const { n = static_cast<int>(__builtin_bswap32(unsigned(n))); }
  void operator()(unsigned long long& n) const { n = __builtin_bswap64(n); }
};

}  // namespace

void swapBytes(AgentHeader& header) { eachField(header, Swap()); }
void swapBytes(Scenario& scenario, unsigned entries) { eachField(scenario, entries, Swap()); }
void swapBytes(Outcome& outcome, unsigned entries) { eachField(outcome, entries, Swap()); }
unsigned swappedBytes(unsigned number) { return __builtin_bswap32(number); }

}  // namespace ptecheck
