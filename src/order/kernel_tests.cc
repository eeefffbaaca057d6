// SPDX-License-Identifier: GPL-2.0-only
#include "order/kernel_tests.h"

namespace ptecheck::order {

const std::vector<KernelTest>& kernelTests() {
  static const std::vector<KernelTest> all = [] {
    std::vector<KernelTest> result;
    for (auto* part : {gupTests, switchTests, tlbiTests, pendingTests})
      for (KernelTest& test : part()) result.push_back(std::move(test));
    return result;
  }();
  return all;
}

const KernelTest* findKernelTest(std::string_view name) {
  for (const KernelTest& test : kernelTests())
    if (test.name == name) return &test;
  return nullptr;
}

}  // namespace ptecheck::order
