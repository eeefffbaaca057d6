// SPDX-License-Identifier: GPL-2.0-only
//
// Small things that every page is written with.
#ifndef PTECHECK_REPORT_HTML_H
#define PTECHECK_REPORT_HTML_H

#include <string>
#include <string_view>

namespace ptecheck {

// Text as it must stand between tags, and between the quotes of an attribute.
std::string escaped(std::string_view text);

// "<p class="note">text</p>" and a line end; `attributes`: as they stand in the tag, or none.
std::string element(std::string_view name, std::string_view text, std::string_view attributes = "");

// A page: from the doctype to the end. `style` comes on top of what all pages look like; `script`
// runs at the end of the body. The page may fetch nothing, whatever stands in it: the browser sees
// to it (Content-Security-Policy). It has to have a button with the id `theme`.
std::string page(std::string_view title, std::string_view style, std::string_view body,
                 std::string_view script = "");

}  // namespace ptecheck

#endif
