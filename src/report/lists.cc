// SPDX-License-Identifier: GPL-2.0-only
#include "report/lists.h"

namespace ptecheck {

std::string ruleNames(RuleSet rules) {
  std::string text;
  for (Rule rule : rulesOf(rules)) append(text, ruleInfo(rule).name);
  return text;
}

}  // namespace ptecheck
