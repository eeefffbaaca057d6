// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_html.h"

#include <fmt/format.h>

#include "report/explain_page.h"

namespace ptecheck {

namespace {

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
      default:
        out += c;
    }
  return out;
}

std::string element(std::string_view name, std::string_view text, std::string_view more = "") {
  return fmt::format("<{0}{1}>{2}</{0}>\n", name, more, escaped(text));
}

bool isTlb(const std::string& row) { return row.starts_with("TLB of "); }

class Page {
 public:
  explicit Page(const Story& story) : story_(story) {}

  std::string print() {
    const std::string title = story_.name.empty() ? story_.subject : story_.name;
    text_ = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    text_ += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    text_ += element("title", "ptecheck: " + title);
    text_ += fmt::format("<style>{}</style>\n</head>\n<body>\n", kPageStyle);
    head(title);
    if (!story_.steps.empty()) happens();
    rules();
    policies();
    tail();
    text_ += fmt::format("<script>{}</script>\n</body>\n</html>\n", kPageScript);
    return text_;
  }

 private:
  void head(const std::string& title) {
    text_ += "<header>\n" + element("h1", title);
    if (!story_.title.empty()) text_ += element("p", story_.title);
    text_ += "<dl>\n" + element("dt", "Subject") + element("dd", story_.subject) +
             element("dt", "Verdict") + element("dd", story_.verdict) + "</dl>\n</header>\n";
    text_ += element("h2", "The situation");
    if (!story_.situation.empty()) text_ += element("p", story_.situation);
    for (const std::string& note : story_.notes) text_ += element("p", note, " class=\"note\"");
    if (!story_.not_run.empty()) text_ += element("p", "Nothing to tell: " + story_.not_run + ".");
  }

  void happens() {
    text_ += "<main>\n" + element("h2", "What happens");
    text_ += fmt::format(
        "<div class=\"time\">\n<button id=\"back\" type=\"button\" "
        "aria-label=\"One step back\">&larr;</button>\n<input id=\"time\" type=\"range\" "
        "min=\"0\" max=\"{}\" value=\"0\" step=\"1\" aria-label=\"Time\">\n<button id=\"on\" "
        "type=\"button\" aria-label=\"One step on\">&rarr;</button>\n<output id=\"at\" "
        "for=\"time\"></output>\n</div>\n",
        story_.steps.size() - 1);
    for (std::size_t i = 0; i < story_.steps.size(); ++i) step(i);
    text_ += "</main>\n";
  }

  void step(std::size_t i) {
    const StoryStep& now = story_.steps[i];
    text_ += fmt::format("<section class=\"step\" id=\"step-{}\">\n", i);
    text_ +=
        element("h3", fmt::format("{}. {}{}", i, now.who.empty() ? "" : now.who + ", ", now.text));
    if (!now.function.empty())
      text_ += "<p class=\"function\"><code>" + escaped(now.function) + "</code></p>\n";
    text_ += "<div class=\"beside\">\n";
    grid(i, false);
    grid(i, true);
    facts(i);
    text_ += "</div>\n</section>\n";
  }

  // Tables of entries, or TLBs.
  void grid(std::size_t i, bool tlbs) {
    bool any = false;
    for (const std::string& row : story_.rows) any = any || isTlb(row) == tlbs;
    if (!any) return;
    text_ += "<div>" + element("h4", tlbs ? "TLBs" : "Entries");
    text_ += "<div class=\"scroll\"><table>\n<thead><tr><td></td>";
    for (const std::string& column : story_.columns)
      text_ += element("th", column, " scope=\"col\"");
    text_ += "</tr></thead>\n<tbody>\n";
    for (std::size_t row = 0; row < story_.rows.size(); ++row) {
      if (isTlb(story_.rows[row]) != tlbs) continue;
      text_ += "<tr>" + element("th", story_.rows[row], " scope=\"row\"");
      for (std::size_t column = 0; column < story_.columns.size(); ++column) cell(i, row, column);
      text_ += "</tr>\n";
    }
    text_ += "</tbody>\n</table></div></div>\n";
  }

  void cell(std::size_t i, std::size_t row, std::size_t column) {
    const std::string& is = story_.steps[i].cells[row][column];
    const bool changed = i > 0 && story_.steps[i - 1].cells[row][column] != is;
    const std::string& was = changed ? lastEntry(story_, i, row, column) : is;
    const std::string marks = changedLetters(was, is);
    text_ +=
        changed ? "<td class=\"new\"><span class=\"letters\">" : "<td><span class=\"letters\">";
    for (std::size_t at = 0; at < is.size(); ++at) {
      const std::string letter = escaped(is.substr(at, 1));
      text_ += marks[at] == '^' ? "<b>" + letter + "</b>" : letter;
    }
    text_ += "</span>";
    if (const std::string form = formOf(is); !form.empty())
      text_ += element("div", form, " class=\"note\"");
    bits(was, is);
    text_ += "</td>\n";
  }

  void bits(const std::string& was, const std::string& is) {
    const std::vector<NamedBit> before = namedBits(was), now = namedBits(is);
    if (now.empty()) return;
    const bool same_form = formOf(was) == formOf(is) && before.size() == now.size();
    text_ += "<ul class=\"bits\">";
    for (std::size_t bit = 0; bit < now.size(); ++bit) {
      const bool had = same_form ? before[bit].set : now[bit].set;
      std::string kind = now[bit].set ? "on" : "off";
      if (had != now[bit].set) kind += now[bit].set ? " gained" : " lost";
      text_ += fmt::format("<li class=\"{}\">{}</li>", kind, escaped(now[bit].name));
    }
    text_ += "</ul>";
  }

  void facts(std::size_t i) {
    const std::vector<std::string>& now = story_.steps[i].facts;
    text_ += "<div>" + element("h4", "Counters and flags") + "<dl>\n";
    for (std::size_t f = 0; f < now.size(); ++f) {
      if (now[f].empty()) continue;
      const std::string& before = i > 0 ? story_.steps[i - 1].facts[f] : now[f];
      text_ += element("dt", story_.facts[f]);
      text_ += element("dd", now[f], before != now[f] && !before.empty() ? " class=\"new\"" : "");
    }
    text_ += "</dl></div>\n";
  }

  void rules() {
    if (story_.rules.empty()) return;
    text_ += element(
        "h2", story_.rules.size() == 1 ? "The rule that is broken" : "The rules that are broken");
    for (const StoryRule& broken : story_.rules) {
      const RuleInfo& info = ruleInfo(broken.rule);
      text_ += element("h3", fmt::format("{} ({})", info.name, severityName(info.severity)));
      text_ += element("p", info.text) + element("p", "If not: " + std::string(info.meaning));
      if (broken.sentences.empty()) continue;
      text_ += "<ul>\n";
      for (const std::string& sentence : broken.sentences) text_ += element("li", sentence);
      text_ += "</ul>\n";
    }
  }

  void policies() {
    std::string list;
    const auto add = [&](const char* label, const std::string& names) {
      if (!names.empty()) list += element("dt", label) + element("dd", names);
    };
    add("Break no rule here", story_.avoided);
    add("At a cost only", story_.at_a_cost);
    add("Break one as well", story_.broken_too);
    add("Not tried", story_.not_tried);
    if (!list.empty())
      text_ += element("h2", "Which policies avoid it") + "<dl>\n" + list + "</dl>\n";
  }

  void tail() {
    if (!story_.lines_ran.empty())
      text_ += element("h2", "Lines that ran") + element("p", story_.lines_ran);
    text_ += "<footer>\n" + element("h2", "Again") + "<p><code style=\"white-space: normal\">" +
             escaped(story_.again) + "</code></p>\n" +
             element("p", "ptecheck " + story_.version, " class=\"note\"") + "</footer>\n";
  }

  const Story& story_;
  std::string text_;
};

}  // namespace

std::string explainHtml(const Story& story) { return Page(story).print(); }

}  // namespace ptecheck
