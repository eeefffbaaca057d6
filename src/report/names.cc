// SPDX-License-Identifier: GPL-2.0-only
#include "report/names.h"

#include <algorithm>

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

}  // namespace ptecheck
