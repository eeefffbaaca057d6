// SPDX-License-Identifier: GPL-2.0-only
//
// For tests of pages.
#ifndef PTECHECK_REPORT_HTML_VALUES_H
#define PTECHECK_REPORT_HTML_VALUES_H

#include <set>
#include <string>

namespace ptecheck {

// What stands between the quotes of all attributes of this name.
inline std::set<std::string> valuesOf(const std::string& html, const std::string& attribute) {
  std::set<std::string> found;
  const std::string mark = " " + attribute + "=\"";
  for (std::size_t at = html.find(mark); at != std::string::npos; at = html.find(mark, at)) {
    at += mark.size();
    found.insert(html.substr(at, html.find('"', at) - at));
  }
  return found;
}

}  // namespace ptecheck

#endif
