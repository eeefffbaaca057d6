// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/html.h"

namespace ptecheck {

namespace {

bool isTlb(const std::string& row) { return row.starts_with("TLB of "); }
bool isNone(const std::string& cell) { return cell == "-" || cell == "none"; }

// What stands left and right of a column, as a class of its cells: ends of page tables and VMAs.
const char* edgeClass(char edge) { return edge == '#' ? " table" : edge == ':' ? " vma" : ""; }

class Cell {
 public:
  // `column`: what the cell is of; an entry that is about just that page need not say so.
  Cell(const std::string& was, const std::string& is, const std::string& column)
      : was_(was), is_(is), column_(column), before_(namedBits(was)), now_(namedBits(is)) {}

  // Boxes; then, in words, what is set and what has changed.
  std::string print() const {
    if (isNone(is_)) return "<div class=\"none\">no entry</div>";
    if (now_.empty()) return "<div class=\"none\">" + escaped(is_) + "</div>";
    std::string text = "<div class=\"word\" aria-hidden=\"true\">";
    for (std::size_t bit = 0; bit < now_.size(); ++bit) {
      const char letter = is_[now_[bit].at];
      std::string kind = now_[bit].set ? "on" : "";
      if (changed(bit)) kind += now_[bit].set ? " gained" : " lost";
      text += fmt::format("<i{}>{}</i>", kind.empty() ? "" : " class=\"" + kind + "\"",
                          letter == '.' ? "&middot;" : escaped(std::string(1, letter)));
    }
    text += "</div>";
    const std::string form = formOf(is_);
    std::string place = is_.substr(now_.back().at + 1);
    if (place == " " + column_) place.clear();
    if (!form.empty() || !place.empty())
      text +=
          "<p class=\"was\">" + escaped(form) + escaped(readable(place, !form.empty())) + "</p>";
    return text + names();
  }

 private:
  bool sameForm() const { return formOf(was_) == formOf(is_) && before_.size() == now_.size(); }
  bool changed(std::size_t bit) const { return sameForm() && before_[bit].set != now_[bit].set; }

  static std::string readable(const std::string& place, bool after_form) {
    if (place.empty()) return "";
    std::string text = place;
    if (text.front() == '=' || text.front() == ' ') text.erase(0, 1);
    return (after_form ? ", " : "to ") + text;
  }

  std::string names() const {
    std::string text;
    const auto add = [&](const std::string& name) { text += (text.empty() ? "" : ", ") + name; };
    for (std::size_t bit = 0; bit < now_.size(); ++bit) {
      const std::string name = escaped(now_[bit].name);
      if (changed(bit))
        add(now_[bit].set ? "<ins>+" + name + "</ins>"
                          : "<del>&minus;<span>" + escaped(before_[bit].name) + "</span></del>");
      else if (now_[bit].set)
        add(name);
      else if (name == "write")
        add("read-only");
    }
    if (text.empty()) text = "nothing set";
    return "<p class=\"bits\">" + text + "</p>";
  }

  const std::string &was_, &is_, &column_;
  const std::vector<NamedBit> before_, now_;
};

// Does a TLB say something that the only page table no longer does? What it may do: not know yet
// that an entry has become dirty, or is not young any more.
bool isStale(const Story& story, std::size_t step, std::size_t row, std::size_t column) {
  if (!isTlb(story.rows[row])) return false;
  if (std::count_if(story.rows.begin(), story.rows.end(),
                    [](const auto& r) { return !isTlb(r); }) != 1)
    return false;
  const std::string& cached = story.steps[step].cells[row][column];
  if (isNone(cached)) return false;
  for (std::size_t other = 0; other < story.rows.size(); ++other) {
    if (isTlb(story.rows[other])) continue;
    const std::string& entry = story.steps[step].cells[other][column];
    const std::vector<NamedBit> there = namedBits(entry), here = namedBits(cached);
    if (here.empty()) return false;
    if (there.size() != here.size() || !formOf(entry).empty()) return true;
    for (std::size_t bit = 0; bit < here.size(); ++bit) {
      if (here[bit].name == "young") continue;
      if (here[bit].name == "dirty" ? here[bit].set && !there[bit].set
                                    : entry[there[bit].at] != cached[here[bit].at])
        return true;
    }
    return entry.substr(there.back().at + 1) != cached.substr(here.back().at + 1);
  }
  return false;
}

void addCell(const Story& story, std::size_t step, std::size_t row, std::size_t column,
             std::string& html) {
  const std::string& is = story.steps[step].cells[row][column];
  const char* const edge = edgeClass(story.edges[row][column]);
  if (is.empty()) {
    html += fmt::format("<td class=\"away{}\"></td>", edge);
    return;
  }
  const std::string* before = step > 0 ? &story.steps[step - 1].cells[row][column] : &is;
  const bool changed = *before != is && !before->empty();
  const std::string& was = changed ? lastEntry(story, step, row, column) : is;
  const std::string kind = std::string(changed ? "new" : "") + edge;
  html += kind.empty() ? "<td>" : "<td class=\"" + kind + "\">";
  html += Cell(was, is, story.columns[column]).print();
  if (changed)
    html += "<p class=\"was\">was <span class=\"letters\">" +
            escaped(isNone(*before) ? "no entry" : *before) + "</span></p>";
  if (isStale(story, step, row, column))
    html += "<p class=\"stale\">stale: the table says otherwise</p>";
  html += "</td>";
}

// More than these are printed in small.
constexpr std::size_t kFewColumns = 8;

struct Meaning {
  const char *letter, *meaning;
};
constexpr std::array<Meaning, 9> kBits = {{
    {"w", "writable"},
    {"r", "read-only"},
    {"s", "writable as a shadow stack"},
    {"E",
     "exclusive: this process alone has the page (PageAnonExclusive; of a swap entry its own "
     "marker)"},
    {"D", "dirty: written since somebody cleaned it"},
    {"Y", "young: accessed since somebody looked"},
    {"S", "soft-dirty: written since the last clear_refs"},
    {"U", "uffd-wp: userfaultfd wants to know of writes"},
    {"N", "protnone: no access for now (NUMA hinting)"},
}};

std::string rowTitle(const std::string& row) {
  if (row.size() == 1) return "Process " + row;
  return row == "table" ? "Page table" : row == "child's table" ? "Child's page table" : row;
}

bool has(const Story& story, char edge) {
  return std::any_of(story.edges.begin(), story.edges.end(), [edge](const std::string& edges) {
    return edges.find(edge) != std::string::npos;
  });
}

}  // namespace

void entriesTable(const Story& story, std::size_t step, std::string& html) {
  if (story.columns.empty()) return;
  html += fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Entries at step {}\">"
      "<table class=\"entries{}\">\n<thead><tr><td></td>",
      step, story.columns.size() > kFewColumns ? " many" : "");
  for (const std::string& column : story.columns) html += element("th", column, "scope=\"col\"");
  html += "</tr></thead>\n";
  for (const bool tlbs : {false, true}) {
    std::string rows;
    for (std::size_t row = 0; row < story.rows.size(); ++row) {
      const std::string& name = story.rows[row];
      if (isTlb(name) != tlbs) continue;
      const auto& cells = story.steps[step].cells[row];
      if (std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.empty(); }))
        continue;  // a process that is not there yet
      rows += "<tr>" + element("th", rowTitle(name), "scope=\"row\"");
      for (std::size_t column = 0; column < cells.size(); ++column)
        addCell(story, step, row, column, rows);
      rows += "</tr>\n";
    }
    if (!rows.empty()) html += "<tbody>\n" + rows + "</tbody>\n";
  }
  html += "</table></div>\n";
}

void legend(const Story& story, std::string& html) {
  html += "<details class=\"legend\" open><summary>What the boxes mean</summary>\n<dl>\n";
  for (const Meaning& bit : kBits)
    html += fmt::format(
        "<div><dt><span class=\"word\"><i class=\"on\">{}</i></span></dt><dd>{}</dd></div>\n",
        bit.letter, escaped(bit.meaning));
  html += "<div><dt><span class=\"word\"><i>&middot;</i></span></dt><dd>not set</dd></div>\n";
  html +=
      "<div><dt><span class=\"word\"><i class=\"on gained\">D</i></span></dt><dd>outlined: differs "
      "from "
      "what stood there last, and is named below with <b>+</b> (set) or <b>&minus;</b> "
      "(cleared)</dd></div>\n";
  if (has(story, ':'))
    html +=
        "<div><dt><span class=\"vma\"></span></dt><dd>dashed line: one VMA ends and another "
        "begins</dd></div>\n";
  if (has(story, '#'))
    html +=
        "<div><dt><span class=\"table\"></span></dt><dd>double line: a page table "
        "ends</dd></div>\n";
  html += "</dl>\n</details>\n";
}

}  // namespace ptecheck
