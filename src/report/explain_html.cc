// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/explain_cells.h"
#include "report/explain_page.h"
#include "report/html.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

// Sentences of a rule that are shown at once; the others open.
constexpr std::size_t kMostSentences = 6;

// "a (b, c), d" is two.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> items(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0 && text.compare(i, 2, ", ") == 0) {
      items.emplace_back();
      ++i;
    } else {
      items.back() += text[i];
    }
  }
  return items;
}

std::string list(const std::vector<std::string>& items) {
  std::string text = "<ul class=\"list\">";
  for (const std::string& item : items) text += "<li>" + escaped(item) + "</li>";
  return text + "</ul>";
}

// A name, which may go on in the next line behind a slash or a comma.
std::string breakable(const std::string& name) {
  std::string text;
  for (char c : escaped(name)) {
    text += c;
    if (c == '/' || c == ',') text += "<wbr>";
  }
  return text;
}

class Page {
 public:
  Page(const Story& story, const PageLink& back) : story_(story), back_(back) {
    for (const StoryStep& step : story.steps)
      if (!step.who.empty() && std::find(actors_.begin(), actors_.end(), step.who) == actors_.end())
        actors_.push_back(step.who);
  }

  std::string print() {
    const std::string title = story_.name.empty() ? story_.subject : story_.name;
    top();
    text_ += "<main>\n";
    head(title);
    situation();
    if (!story_.steps.empty()) happens();
    outcome();
    rules();
    policies();
    lines();
    again();
    text_ += "</main>\n<footer>\n<p class=\"dim\">Written by ptecheck " + escaped(story_.version) +
             ". This page is complete in itself and fetches nothing.</p>\n</footer>\n</div>\n";
    return page("ptecheck: " + title, kStoryStyle, text_, kStoryScript);
  }

 private:
  void section(const char* id, const std::string& heading) {
    text_ += fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", id,
                         escaped(heading));
  }
  void endSection() { text_ += "</section>\n"; }

  void top() {
    text_ += "<div class=\"page\">\n<div class=\"top\">\n<div>";
    if (!back_.address.empty())
      text_ += fmt::format("<nav><a href=\"{}\">&larr; {}</a></nav>\n", escaped(back_.address),
                           escaped(back_.label));
    text_ +=
        "<span>ptecheck: the story of one finding</span></div>\n"
        "<button id=\"theme\" type=\"button\">Theme</button>\n</div>\n";
  }

  void head(const std::string& title) {
    text_ += "<header>\n<h1>" + breakable(title) + "</h1>\n";
    if (!story_.title.empty()) text_ += element("p", story_.title);
    const std::string word = story_.verdict.substr(0, story_.verdict.find(':'));
    const bool bad = word == verdictWord(Verdict::kBroken);
    const bool well = word == verdictWord(Verdict::kGood);
    text_ += fmt::format(
        "<div class=\"verdict\"><span class=\"badge {}\"><span class=\"hidden\">Verdict: "
        "</span>{}</span>\n<ul class=\"list\">",
        bad    ? "bad"
        : well ? "well"
               : "soso",
        escaped(word));
    for (const StoryRule& broken : story_.rules)
      text_ += fmt::format("<li><a href=\"#rule-{0}\">{0}</a></li>",
                           escaped(ruleInfo(broken.rule).name));
    text_ += "</ul></div>\n";
    if (!story_.rules.empty())
      text_ += element("p", ruleInfo(story_.rules.front().rule).meaning, "class=\"lede\"");
    text_ += "<p class=\"dim\">On " + escaped(story_.subject) + ".</p>\n</header>\n";
  }

  void situation() {
    section("situation", "The situation");
    if (!story_.situation.empty()) text_ += element("p", story_.situation);
    for (const std::string& note : story_.notes) text_ += element("p", note, "class=\"dim\"");
    if (!story_.not_run.empty()) text_ += element("p", "Nothing to tell: " + story_.not_run + ".");
    endSection();
  }

  void happens() {
    section("happens", "What happens");
    meanwhile();
    text_ += fmt::format(
        "<div class=\"story\">\n<div class=\"time\" role=\"group\" aria-label=\"Time\">\n"
        "<button id=\"back\" type=\"button\" aria-label=\"One step back\">&larr;</button>\n"
        "<input id=\"time\" type=\"range\" min=\"0\" max=\"{}\" value=\"0\" step=\"1\" "
        "aria-label=\"Step\">\n"
        "<button id=\"on\" type=\"button\" aria-label=\"One step on\">&rarr;</button>\n"
        "<output id=\"at\" for=\"time\" aria-live=\"polite\"></output>\n</div>\n",
        story_.steps.size() - 1);
    rail();
    text_ += "<div class=\"steps\">\n";
    for (std::size_t i = 0; i < story_.steps.size(); ++i) step(i);
    text_ += "</div>\n</div>\n";
    legend(story_, text_);
    endSection();
  }

  void meanwhile() {
    if (story_.meanwhile.empty()) return;
    text_ += "<p>Other processors act between accesses of the code:</p>\n<ul class=\"events\">\n";
    for (const std::string& line : story_.meanwhile) text_ += element("li", line);
    text_ += "</ul>\n";
  }

  // All steps, each a link to where it is told; a line for each actor, with a point where it acts.
  void rail() {
    text_ += "<nav class=\"rail\" aria-label=\"Steps\">\n<ol start=\"0\">\n";
    for (std::size_t i = 0; i < story_.steps.size(); ++i) {
      const StoryStep& now = story_.steps[i];
      text_ += fmt::format("<li><a href=\"#step-{0}\"><span class=\"number\">{0}</span>", i);
      if (actors_.size() > 1) {
        text_ += "<span class=\"lanes\" aria-hidden=\"true\">";
        for (const std::string& actor : actors_)
          text_ += actor == now.who ? "<i class=\"on\"></i>" : "<i></i>";
        text_ += "</span>";
      }
      text_ += "<span>" + told(now) + "</span></a></li>\n";
    }
    text_ +=
        "</ol>\n<p class=\"keys\"><kbd>&larr;</kbd> <kbd>&rarr;</kbd> one step, "
        "<kbd>Home</kbd> <kbd>End</kbd> first and last</p>\n</nav>\n";
  }

  static std::string told(const StoryStep& step) {
    if (step.who.empty()) return escaped(step.text);
    return "<span class=\"who\">" + escaped(step.who) + "</span>: " + escaped(step.text);
  }

  void step(std::size_t i) {
    const StoryStep& now = story_.steps[i];
    text_ += fmt::format(
        "<article class=\"step\" id=\"step-{0}\" aria-labelledby=\"told-{0}\">\n"
        "<h3 id=\"told-{0}\"><span class=\"dim\">{0}.</span> {1}</h3>\n",
        i, told(now));
    std::string where;
    if (!now.place.empty()) where += "at <code>" + escaped(now.place) + "</code>";
    if (!now.function.empty()) {
      where += where.empty() ? "in " : ", in ";
      bool first = true;
      for (const std::string& name : listed(now.function)) {
        where += (first ? "<code>" : ", <code>") + escaped(name) + "</code>";
        first = false;
      }
    }
    if (!where.empty()) text_ += "<p class=\"where\">" + where + "</p>\n";
    text_ += "<div class=\"beside\">\n";
    entriesTable(story_, i, text_);
    facts(i);
    text_ += "</div>\n</article>\n";
  }

  void facts(std::size_t i) {
    const std::vector<std::string>& now = story_.steps[i].facts;
    std::string text;
    for (std::size_t f = 0; f < now.size(); ++f) {
      if (now[f].empty()) continue;
      const std::string& before = i > 0 ? story_.steps[i - 1].facts[f] : now[f];
      const bool changed = before != now[f] && !before.empty();
      text += fmt::format("<div class=\"fact{}\">", changed ? " new" : "");
      text += "<dt>" + escaped(story_.facts[f]) + "</dt><dd>";
      text += changed ? "<b>" + escaped(now[f]) + "</b> <span class=\"dim\">was " +
                            escaped(before) + "</span>"
                      : escaped(now[f]);
      text += "</dd></div>\n";
    }
    if (!text.empty())
      text_ += "<dl class=\"facts\" aria-label=\"Counters and flags\">\n" + text + "</dl>\n";
  }

  void outcome() {
    if (story_.summary.empty()) return;
    section("outcome", "Before and after");
    text_ += "<pre class=\"outcome\" tabindex=\"0\" aria-labelledby=\"outcome\">";
    for (const std::string& line : story_.summary) text_ += escaped(line) + "\n";
    text_ += "</pre>\n";
    endSection();
  }

  void rules() {
    if (story_.rules.empty()) return;
    section("rules",
            story_.rules.size() == 1 ? "The rule that is broken" : "The rules that are broken");
    for (const StoryRule& broken : story_.rules) {
      const RuleInfo& info = ruleInfo(broken.rule);
      const bool grave = (ruleBit(broken.rule) & kCostRules) == 0;
      text_ += fmt::format(
          "<article class=\"rule{}\" id=\"rule-{}\">\n<h3>{}<span class=\"tag "
          "{}\">{}</span></h3>\n",
          grave ? " grave" : "", escaped(info.name), escaped(info.name), grave ? "bad" : "soso",
          escaped(severityName(info.severity)));
      text_ += element("p", info.text);
      text_ += "<p><b>If not:</b> " + escaped(info.meaning) + "</p>\n";
      sentences(broken.sentences);
      text_ += "</article>\n";
    }
    endSection();
  }

  void sentences(const std::vector<std::string>& all) {
    const std::size_t shown = std::min(all.size(), kMostSentences);
    const auto items = [&](std::size_t begin, std::size_t end) {
      text_ += "<ul>\n";
      for (std::size_t i = begin; i < end; ++i) text_ += element("li", all[i]);
      text_ += "</ul>\n";
    };
    if (shown != 0) items(0, shown);
    if (shown == all.size()) return;
    text_ += fmt::format("<details><summary>and {} more</summary>\n", all.size() - shown);
    items(shown, all.size());
    text_ += "</details>\n";
  }

  void policies() {
    std::string text;
    const auto add = [&](const char* label, const char* kind, const char* mark,
                         const std::string& names) {
      if (!names.empty())
        text += fmt::format(
            "<dt><span class=\"mark {}\" aria-hidden=\"true\">{}</span>{}</dt><dd>{}</dd>\n", kind,
            mark, label, list(listed(names)));
    };
    add("Break no rule here", "well", "&check;", story_.avoided);
    add("At a cost only", "soso", "!", story_.at_a_cost);
    add("Break one as well", "bad", "&times;", story_.broken_too);
    if (!story_.not_tried.empty())
      text += element("dt", "Not tried") + element("dd", story_.not_tried);
    if (text.empty()) return;
    section("policies", "Which policies avoid it");
    text_ += "<dl class=\"fates\">\n" + text + "</dl>\n";
    endSection();
  }

  void lines() {
    if (story_.lines_ran.empty()) return;
    section("lines", "Lines that ran");
    text_ += "<p><code>" + escaped(story_.lines_ran) + "</code></p>\n";
    endSection();
  }

  void again() {
    if (story_.again.empty()) return;
    section("again", "See it again");
    text_ += "<pre class=\"command\"><code>" + escaped(story_.again) + "</code></pre>\n";
    endSection();
  }

  const Story& story_;
  const PageLink& back_;
  std::vector<std::string> actors_;
  std::string text_;
};

}  // namespace

std::string explainHtml(const Story& story, const PageLink& back) {
  return Page(story, back).print();
}

}  // namespace ptecheck
