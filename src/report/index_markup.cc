// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_markup.h"

#include <fmt/format.h>

#include "report/html.h"

namespace ptecheck::markup {

std::string address(std::string_view path) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string out;
  for (char c : path)
    out += kPlain.find(c) != std::string_view::npos
               ? std::string(1, c)
               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string_view kindOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "well";
    case Verdict::kAtACost:
      return "soso";
    case Verdict::kBroken:
      return "bad";
    case Verdict::kNotChecked:
      break;
  }
  return "dim";
}

std::string_view kindOfRule(Rule rule, bool strict) {
  return kindOf(verdictOf(ruleBit(rule), strict));
}

std::string severityTag(Rule rule, bool strict) {
  return fmt::format("<span class=\"tag {}\">{}</span>", kindOfRule(rule, strict),
                     escaped(severityName(ruleInfo(rule).severity)));
}

std::string table(std::string_view caption, std::string_view head, std::string_view rows) {
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table>\n"
      "<caption class=\"hidden\">{0}</caption>\n<thead><tr>{1}</tr></thead>\n<tbody>\n{2}"
      "</tbody>\n</table>\n</div>\n",
      escaped(caption), head, rows);
}

}  // namespace ptecheck::markup
