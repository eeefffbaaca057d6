// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_ORDER_H
#define PTECHECK_REPORT_ORDER_H

#include <string>
#include <string_view>
#include <vector>

#include "order/verdicts.h"

namespace ptecheck {

// What was asked for.
struct OrderReport {
  std::string version;  // of ptecheck
  std::vector<order::TestVerdicts> tests;
  std::vector<order::MemoryModel> models;
  std::string_view without;  // a barrier of the only test; empty: each one in turn
  bool details = false;      // tests were named: say what they are, and show schedules

  // Can a bad outcome be reached with what was asked for: all barriers, or all but `without`?
  bool bad() const;
};

std::string orderText(const OrderReport& report);
// The table of docs/memory-order.md.
std::string orderMarkdown(const OrderReport& report);
// docs/schema/order.json
std::string orderJson(const OrderReport& report);

}  // namespace ptecheck

#endif
