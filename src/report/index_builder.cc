// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_builder.h"

#include <fmt/format.h>

#include "report/html.h"
#include "report/index_markup.h"
#include "report/index_page.h"

namespace ptecheck {

using markup::address;

namespace {

std::string pair(const std::string& label, const std::string& html) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(label), html);
}

// Which parts are shown: those of the architecture whose place, or a place in it, the address
// names; else those of the first. A browser that cannot tell shows all.
std::string choice(std::span<const Arch> archs) {
  if (archs.size() < 2) return "";
  std::string text = "@supports selector(:has(a)) {\n.of { display: none; }\n";
  text += fmt::format("main:not(:has(.of:target, .of :target)) .of-{} {{ display: block; }}\n",
                      archId(archs.front()));
  for (Arch arch : archs)
    text += fmt::format("main:has(.of-{0}:target, .of-{0} :target) .of-{0} {{ display: block; }}\n",
                        archId(arch));
  return text + "}\n";
}

}  // namespace

void IndexBuilder::head(const std::string& title, Verdict verdict, const std::string& summary,
                        const std::vector<HeadLine>& lines) {
  title_ = title;
  const std::string word(verdictWord(verdict));
  std::string rest = summary;  // the word stands in the badge
  if (rest.starts_with(word)) rest.erase(0, word.size());
  if (rest.starts_with(": ")) rest.erase(0, 2);
  head_ += "<header>\n" + element("h1", title);
  head_ += fmt::format("<p class=\"verdict\"><span class=\"badge {}\">{}</span> {}</p>\n",
                       markup::kindOf(verdict), escaped(word), escaped(rest));
  head_ += "<dl class=\"facts\">\n";
  for (const HeadLine& line : lines)
    head_ += pair(line.label, escaped(line.label == "ptecheck" ? options_.program : line.text));
  head_ +=
      pair("again", fmt::format("<code class=\"command\">{}</code>", escaped(options_.command)));
  head_ += "</dl>\n</header>\n";
}

void IndexBuilder::begin(const std::string& place, const std::string& title,
                         const std::string& classes) {
  text_ += fmt::format("<section{} id=\"{}\">\n<h2>{}</h2>\n",
                       classes.empty() ? "" : fmt::format(" class=\"{}\"", classes), escaped(place),
                       escaped(title));
}

void IndexBuilder::end() { text_ += "</section>\n"; }

void IndexBuilder::subheading(const std::string& title) { text_ += element("h3", title); }

void IndexBuilder::paragraph(const std::string& text, const char* attributes) {
  text_ += element("p", text, attributes);
}

void IndexBuilder::list(const std::vector<std::string>& items) {
  text_ += "<ul class=\"lines\">\n";
  for (const std::string& item : items) text_ += element("li", item);
  text_ += "</ul>\n";
}

void IndexBuilder::facts(const std::vector<HeadLine>& lines) {
  text_ += "<dl class=\"facts\">\n";
  for (const HeadLine& line : lines) text_ += pair(line.label, escaped(line.text));
  text_ += "</dl>\n";
}

void IndexBuilder::contents(const std::string& place, const std::string& title) {
  contents_.emplace_back(place, title);
}

std::string IndexBuilder::ofArch(Arch arch) { return fmt::format("of of-{}", archId(arch)); }

void IndexBuilder::choose(std::span<const Arch> archs, std::string (*place)(Arch), Arch shown) {
  if (archs.size() < 2) return;
  text_ += "<nav class=\"choose\" aria-label=\"Architecture\">\n<ul>\n";
  for (Arch arch : archs)
    text_ += fmt::format("<li><a href=\"#{}\"{}>{}</a></li>\n", address(place(arch)),
                         arch == shown ? " aria-current=\"true\"" : "", escaped(archId(arch)));
  text_ += "</ul>\n</nav>\n";
}

std::string IndexBuilder::print(std::span<const Arch> archs) const {
  std::string text =
      "<div class=\"page\">\n<div class=\"top\"><span>ptecheck: all findings</span>\n"
      "<button id=\"theme\" type=\"button\">Theme</button></div>\n";
  text += head_;
  if (contents_.size() > 1) {
    text += "<nav class=\"contents\" aria-label=\"On this page\">\n<ul>\n";
    for (const auto& [place, title] : contents_)
      text += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", address(place), escaped(title));
    text += "</ul>\n</nav>\n";
  }
  text += "<main>\n" + text_ + "</main>\n<footer>\n";
  text += element("p",
                  "Written by " + options_.program +
                      ". These pages are complete in themselves and fetch nothing.",
                  "class=\"dim\"");
  text += "</footer>\n</div>\n";
  return page("ptecheck: " + title_, kIndexStyle + choice(archs), text);
}

}  // namespace ptecheck
