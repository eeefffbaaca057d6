// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_NAMES_H
#define PTECHECK_REPORT_NAMES_H

#include <string>
#include <vector>

namespace ptecheck {

// A name that can be typed, and what is behind it.
struct NamedThing {
  std::string name;
  std::string about;  // one sentence or more
};

// One under the other, the names in a column of their own.
std::string nameList(const std::vector<NamedThing>& things);

// docs/schema/list.json. `what`: "policies", ...
std::string nameListJson(const std::string& what, const std::vector<NamedThing>& things,
                         const std::string& version);

}  // namespace ptecheck

#endif
