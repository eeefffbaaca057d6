// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/head.h"
#include "report/layout.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

constexpr std::size_t kIndent = 5;
constexpr std::size_t kMostSentences = 6;

std::string padded(const std::string& text, std::size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

void addLine(std::string& text, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  text += line + '\n';
}

// `text` with what is marked in red.
std::string painted(const std::string& text, const std::string& marks, bool colour) {
  if (!colour) return text;
  std::string out;
  bool on = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wanted = i < marks.size() && marks[i] == '^';
    if (wanted != on) out += wanted ? "\033[1;31m" : "\033[0m";
    on = wanted;
    out += text[i];
  }
  return out + (on ? "\033[0m" : "");
}

class Text {
 public:
  Text(const Story& story, bool colour) : story_(story), colour_(colour) {
    for (const std::string& row : story.rows) names_ = std::max(names_, row.size());
    for (std::size_t column = 0; column < story.columns.size(); ++column) {
      std::size_t width = story.columns[column].size();
      for (const StoryStep& step : story.steps)
        for (const auto& row : step.cells) width = std::max(width, row[column].size());
      widths_.push_back(width);
    }
  }

  std::string print() {
    head();
    if (!story_.columns.empty()) drawing();
    if (!story_.schedule.empty()) {
      text_ += heading("What happens") + story_.schedule;
    } else if (story_.steps.size() > 1) {
      text_ += heading("What happens");
      if (!story_.meanwhile.empty()) meanwhile();
      for (std::size_t i = 1; i < story_.steps.size(); ++i) step(i);
    }
    if (!story_.summary.empty()) {
      text_ += heading("Before and after");
      for (const std::string& line : story_.summary) addLine(text_, "  " + line);
    }
    rules();
    fates();
    tail();
    return text_;
  }

 private:
  void head() {
    if (!story_.name.empty()) text_ += labelled("finding", story_.name);
    if (!story_.title.empty()) text_ += paragraph(story_.title, std::string(kLabel, ' '), kLabel);
    text_ += labelled("subject", story_.subject);
    text_ += labelled("verdict", story_.verdict);
    if (!story_.situation.empty()) text_ += heading("The situation") + paragraph(story_.situation);
    if (!story_.not_run.empty())
      text_ += '\n' + paragraph("Nothing to tell: " + story_.not_run + ".");
  }

  // How many columns from `begin` fit on a line, `margin` columns beside each.
  std::size_t fitting(std::size_t begin, std::size_t left, std::size_t margin) const {
    std::size_t end = begin, used = left;
    while (end < widths_.size() && (end == begin || used + widths_[end] + margin <= kColumns))
      used += widths_[end++] + margin;
    return end;
  }

  void drawing() {
    const std::size_t left = kIndent + std::max(names_, std::size_t{5}) + 2;
    for (std::size_t begin = 0; begin < widths_.size();) {
      const std::size_t end = fitting(begin, left + 1, 3);
      const std::string blank(left, ' ');
      std::string head = padded(std::string(kIndent, ' ') + "folio", left) + '|';
      std::string line = blank + '+';
      for (std::size_t i = begin; i < end; ++i) {
        head += ' ' + padded(story_.columns[i], widths_[i]) + " |";
        line += std::string(widths_[i] + 2, '-') + '+';
      }
      text_ += '\n';
      addLine(text_, line);
      addLine(text_, head);
      addLine(text_, line);
      for (std::size_t row = 0; row < story_.rows.size(); ++row) {
        if (emptyRow(story_.steps.front(), row)) continue;
        std::string cells = padded(std::string(kIndent, ' ') + story_.rows[row], left);
        cells += story_.edges[row][begin];
        for (std::size_t i = begin; i < end; ++i)
          cells += ' ' + padded(story_.steps.front().cells[row][i], widths_[i]) + ' ' +
                   story_.edges[row][i + 1];
        addLine(text_, cells);
      }
      addLine(text_, line);
      begin = end;
    }
    for (const std::string& note : story_.notes) text_ += paragraph(note);
    if (hasEdge('#')) text_ += "At # a page table ends.\n";
    if (hasEdge(':')) text_ += "At : one VMA ends and another begins.\n";
    std::string facts;
    for (std::size_t i = 0; i < story_.facts.size(); ++i)
      if (const std::string& value = story_.steps.front().facts[i]; !value.empty())
        facts += (facts.empty() ? "" : "; ") + story_.facts[i] + ": " + value;
    if (!facts.empty()) text_ += '\n' + paragraph(facts + ".");
  }

  void meanwhile() {
    text_ += "Other processors act between accesses of the code:\n";
    for (const std::string& line : story_.meanwhile) text_ += paragraph(line, "  * ", 4);
    text_ += '\n';
  }

  bool hasEdge(char edge) const {
    return std::any_of(story_.edges.begin(), story_.edges.end(), [edge](const std::string& edges) {
      return edges.find(edge) != std::string::npos;
    });
  }

  static bool emptyRow(const StoryStep& step, std::size_t row) {
    return std::all_of(step.cells[row].begin(), step.cells[row].end(),
                       [](const std::string& cell) { return cell.empty(); });
  }

  void step(std::size_t i) {
    const StoryStep& now = story_.steps[i];
    const StoryStep& before = story_.steps[i - 1];
    std::string title = now.who.empty() ? now.text : now.who + ", " + now.text;
    std::string where = now.place;
    if (!now.function.empty()) where += (where.empty() ? "" : ", ") + now.function;
    if (!where.empty()) title += " (" + where + ")";
    if (i > 1) text_ += '\n';
    text_ += paragraph(title + ".", fmt::format("{:>3}. ", i), kIndent);
    bool any = false;
    for (std::size_t row = 0; row < story_.rows.size(); ++row) {
      if (now.cells[row] == before.cells[row]) continue;
      entries(i, row, !any);
      any = true;
    }
    std::string facts;
    for (std::size_t f = 0; f < story_.facts.size(); ++f)
      if (now.facts[f] != before.facts[f] && !now.facts[f].empty() && !before.facts[f].empty())
        facts += fmt::format("{}{}: {} -> {}", facts.empty() ? "" : "; ", story_.facts[f],
                             before.facts[f], now.facts[f]);
    if (!facts.empty()) text_ += paragraph(facts, std::string(kIndent, ' '), kIndent);
    if (!any && facts.empty()) addLine(text_, std::string(kIndent, ' ') + "No entry changes.");
  }

  // One row, before and after, and marks below what is new.
  void entries(std::size_t i, std::size_t row, bool head) {
    const std::size_t left = kIndent + names_ + 1 + 8;
    for (std::size_t begin = 0; begin < widths_.size();) {
      const std::size_t end = fitting(begin, left, 2);
      std::string columns(left, ' '), marks(left, ' ');
      std::string before = padded(std::string(kIndent, ' ') + story_.rows[row] + " before", left);
      std::string after = padded(std::string(kIndent + names_ + 1, ' ') + "after", left);
      for (std::size_t c = begin; c < end; ++c) {
        const std::string& was = story_.steps[i - 1].cells[row][c];
        const std::string& is = story_.steps[i].cells[row][c];
        const std::string mark = was == is ? std::string(is.size(), ' ')
                                           : changedLetters(lastEntry(story_, i, row, c), is);
        const std::string fill(widths_[c] - is.size() + 2, ' ');
        columns += padded(story_.columns[c], widths_[c] + 2);
        before += padded(was, widths_[c] + 2);
        after += painted(is, mark, colour_) + fill;
        marks += mark + fill;
      }
      if (head) addLine(text_, columns);
      addLine(text_, before);
      addLine(text_, after);
      if (marks.find('^') != std::string::npos) addLine(text_, marks);
      begin = end;
    }
  }

  void rules() {
    if (story_.rules.empty()) return;
    text_ +=
        heading(story_.rules.size() == 1 ? "The rule that is broken" : "The rules that are broken");
    bool first = true;
    for (const StoryRule& broken : story_.rules) {
      const RuleInfo& info = ruleInfo(broken.rule);
      if (!first) text_ += '\n';
      first = false;
      text_ +=
          paragraph(fmt::format("{} ({}): {}", info.name, severityName(info.severity), info.text));
      text_ += paragraph("If not: " + std::string(info.meaning), "  ", 2);
      for (std::size_t i = 0; i < broken.sentences.size() && i < kMostSentences; ++i)
        text_ += paragraph(broken.sentences[i], "  * ", 4);
      if (broken.sentences.size() > kMostSentences)
        addLine(text_, fmt::format("  * and {} more", broken.sentences.size() - kMostSentences));
    }
  }

  void fates() {
    std::string text;
    const auto add = [&](const char* label, const std::string& list) {
      if (!list.empty()) text += paragraph(std::string(label) + list, "", 2);
    };
    add("Break no rule here: ", story_.avoided);
    add("At a cost only: ", story_.at_a_cost);
    add("Break one as well: ", story_.broken_too);
    add("Not tried: ", story_.not_tried);
    if (!text.empty()) text_ += heading("Which policies avoid it") + text;
  }

  void tail() {
    if (!story_.lines_ran.empty())
      text_ += heading("Lines that ran") + paragraph(story_.lines_ran, "", 2);
    text_ += '\n';
    if (!story_.columns.empty())
      text_ +=
          std::string(kLettersLegend) + "\n^ below an entry: differs from what stood there last\n";
    text_ += paragraph("Again: " + story_.again, "", 2);
  }

  const Story& story_;
  const bool colour_;
  std::size_t names_ = 1;
  std::vector<std::size_t> widths_;
  std::string text_;
};

}  // namespace

std::string explainText(const Story& story, bool colour) { return Text(story, colour).print(); }

}  // namespace ptecheck
