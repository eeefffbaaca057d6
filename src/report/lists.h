// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_LISTS_H
#define PTECHECK_REPORT_LISTS_H

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/rules.h"

namespace ptecheck {

// Adds to an enumeration: "", "a", "a, b".
inline void append(std::string& list, std::string_view part, std::string_view separator = ", ") {
  if (!list.empty()) list += separator;
  list += part;
}

// "write-gained, contents".
inline std::string ruleList(RuleSet rules) {
  std::string list;
  for (Rule rule : rulesOf(rules)) append(list, ruleInfo(rule).name);
  return list;
}

// Values that belong under one key, in the order in which keys and values first came.
template <class Key, class Value>
class Groups {
 public:
  void add(const Key& key, Value value) {
    auto group = std::find_if(groups_.begin(), groups_.end(),
                              [&](const auto& known) { return known.first == key; });
    if (group == groups_.end()) group = groups_.insert(group, {key, {}});
    group->second.push_back(std::move(value));
  }
  auto begin() const { return groups_.begin(); }
  auto end() const { return groups_.end(); }
  bool empty() const { return groups_.empty(); }

 private:
  std::vector<std::pair<Key, std::vector<Value>>> groups_;
};

}  // namespace ptecheck

#endif
