// SPDX-License-Identifier: GPL-2.0-only
#include "report/html.h"

#include <fmt/format.h>

#include "report/page_look.h"

namespace ptecheck {

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string element(std::string_view name, std::string_view text, std::string_view attributes) {
  return fmt::format("<{0}{1}{2}>{3}</{0}>\n", name, attributes.empty() ? "" : " ", attributes,
                     escaped(text));
}

std::string page(std::string_view title, std::string_view style, std::string_view body,
                 std::string_view script) {
  const std::string colours = fmt::format(
      "\n:root {{ {0} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {1} }} }}\n"
      ":root[data-theme=light] {{ {0} }}\n:root[data-theme=dark] {{ {1} }}\n"
      "@media print {{ :root, :root[data-theme] {{ {0} }} }}\n",
      kPageLight, kPageDark);
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
      "'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"ptecheck\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "{}<style>{}{}{}</style>\n<script>{}</script>\n</head>\n<body>\n",
      element("title", title), colours, kPageBase, style, kPageThemeEarly);
  text += body;
  text += fmt::format("<script>{}</script>\n", kPageThemeButton);
  if (!script.empty()) text += fmt::format("<script>{}</script>\n", script);
  return text + "</body>\n</html>\n";
}

}  // namespace ptecheck
