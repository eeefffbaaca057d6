// SPDX-License-Identifier: GPL-2.0-only
//
// The barriers that reclaim, GUP-fast, switch_mm() and deferred flushes rely on, as litmus tests:
// what the kernel does at each place, reduced to its accesses to memory and TLBs. Sources are named
// as of Linux 6.12 where nothing else is said.
#ifndef PTECHECK_ORDER_KERNEL_TESTS_H
#define PTECHECK_ORDER_KERNEL_TESTS_H

#include <array>
#include <string_view>
#include <vector>

#include "order/program.h"

namespace ptecheck::order {

// Something that can be left out, by name. Not all are fences: some order by being atomic, some are
// a flush.
struct Barrier {
  std::string_view name;
  std::string_view where;  // what it is, and in which function
  // Is it needed on sc, tso, weak? What the search has to find; a test compares.
  std::array<bool, 3> needed;
  std::string_view bug;  // the kernel once did without it: its id in the list of bugs
};

struct KernelTest {
  std::string_view name;
  std::string_view title;
  std::string_view about;   // what happens, and what the values mean
  std::string_view source;  // files and functions
  Program program;
  std::vector<Barrier> barriers;
  std::vector<Outcome> bad;
  std::vector<Outcome> good;  // must be reachable, so that the test tests something
};

const std::vector<KernelTest>& kernelTests();
const KernelTest* findKernelTest(std::string_view name);  // null if there is none

// The parts that kernelTests() is made of, one file each.
std::vector<KernelTest> gupTests();      // references, pins, PageAnonExclusive
std::vector<KernelTest> switchTests();   // switch_mm() and flushes (x86)
std::vector<KernelTest> tlbiTests();     // TLBI and DSB (arm64)
std::vector<KernelTest> pendingTests();  // mm->tlb_flush_pending and mm->tlb_flush_batched

}  // namespace ptecheck::order

#endif
