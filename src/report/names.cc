// SPDX-License-Identifier: GPL-2.0-only
#include "report/names.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/layout.h"

namespace ptecheck {

std::string nameList(const std::vector<NamedThing>& things) {
  std::size_t width = 0;
  for (const NamedThing& thing : things) width = std::max(width, thing.name.size());
  width += 2;
  std::string text;
  for (const NamedThing& thing : things) {
    std::string name = thing.name;
    name.resize(width, ' ');
    text += paragraph(thing.about, name, width);
  }
  return text;
}

std::string nameListJson(const std::string& what, const std::vector<NamedThing>& things,
                         const std::string& version) {
  nlohmann::ordered_json json = {{"schema", "ptecheck-list-1"},
                                 {"version", version},
                                 {"what", what},
                                 {"items", nlohmann::ordered_json::array()}};
  for (const NamedThing& thing : things)
    json["items"].push_back({{"name", thing.name}, {"about", thing.about}});
  return json.dump(2) + "\n";
}

}  // namespace ptecheck
