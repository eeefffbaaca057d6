// SPDX-License-Identifier: GPL-2.0-only
//
// A hand-written parser, line by line: the format has no nesting, and a message that names the word
// and what would be allowed in its place is worth more than a grammar's brevity.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include "scenario/error.h"
#include "scenario/text.h"
#include "scenario/text_entry.h"
#include "scenario/text_line.h"
#include "scenario/text_words.h"

namespace ptecheck {

namespace {

using namespace text_detail;

template <class Flags>
std::string namesOf(const Flags& flags) {
  std::string names;
  for (const auto& flag : flags) names += (names.empty() ? "" : ", ") + std::string(flag.name);
  return names;
}

template <class Flags>
std::optional<unsigned> find(const Flags& flags, std::string_view name) {
  for (const Flag& flag : flags)
    if (flag.name == name) return flag.bit;
  return std::nullopt;
}

class Parser {
 public:
  Parser(const std::string& name, const Vocabulary& vocabulary)
      : name_(name), vocabulary_(vocabulary) {}

  ScenarioFile parse(std::string_view text) {
    file_.scenario.folio_flags = FOLIO_LOCKED | FOLIO_UPTODATE;
    bool title = true;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view raw = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      ++line_number_;
      if (title && !raw.empty() && raw[0] == '#') {
        addTitle(raw.substr(1));
        continue;
      }
      title = false;
      Line line(raw, name_, line_number_);
      if (!line.atEnd()) parseLine(line);
    }
    finish();
    return std::move(file_);
  }

 private:
  void addTitle(std::string_view line) {
    if (!line.empty() && line[0] == ' ') line.remove_prefix(1);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (titled_) file_.title += '\n';
    titled_ = true;
    file_.title += line;
  }

  void parseLine(Line& line) {
    const std::string_view key = line.next();
    if (key == kArch) {
      once(line, arch_);
      parseArch(line);
    } else if (key == "folio") {
      once(line, folio_);
      parseFolio(line);
    } else if (key == "page" && line.accept("table")) {
      once(line, page_table_);
      colon(line);
      for (const char* word : {"ends", "before", "page"})
        line.demand(word, "'page table:' (ends before page N)");
      file_.scenario.table_end = static_cast<unsigned short>(
          line.number("the page that the next table begins with", 1, pages(line)));
    } else if (key == "page") {
      once(line, header_);
      parseHeader(line);
    } else if (key == "vma") {
      parseVma(line);
    } else if (key == "operation") {
      once(line, operation_);
      parseOperation(line);
    } else if (key == "event") {
      once(line, event_);
      parseEvent(line);
    } else if (key == "then") {
      parseStep(line);
    } else if (key == "expect") {
      parseExpectation(line);
    } else if (key[0] >= '0' && key[0] <= '9') {
      parseRow(line, key);
    } else {
      line.blame(
          "a line begins with 'arch:', 'folio:', 'page table:', 'vma A:', 'page' (the table of "
          "entries), a page number, 'operation:', 'event:', 'then:' or 'expect'");
    }
    line.demandEnd();
  }

  static void once(const Line& line, bool& seen) {
    if (seen) line.blame("this line is there already");
    seen = true;
  }
  static void colon(Line& line) { line.demand(":", "the first word"); }
  unsigned pages(const Line& line) const {
    if (!folio_) line.blame("the 'folio:' line must come first");
    return file_.scenario.pages;
  }

  void parseArch(Line& line) {
    line.accept(":");
    const std::string_view word = line.next();
    demandKnown(line, word, vocabulary_.archs, "known architecture");
    file_.arch = word;
  }

  void parseFolio(Line& line) {
    Scenario& s = file_.scenario;
    colon(line);
    s.pages = static_cast<unsigned short>(line.number("the number of pages", 1, MAX_PAGES));
    if (s.pages & (s.pages - 1)) line.blame("a folio has 1, 2, 4, ... or 512 pages");
    line.demand(s.pages == 1 ? "page" : "pages", "the number of pages");
    bool kind = false;
    while (!line.atEnd()) {
      line.demand(",", "a word");
      const std::string_view word = line.next();
      if (auto flags = find(kFolioKinds, word)) {
        if (kind) line.blame("a folio is either 'lazyfree', 'swap-backed', 'file' or 'shmem'");
        kind = true;
        s.folio_flags |= static_cast<unsigned short>(*flags);
      } else if (word == kPmdMapped) {
        do s.pmd_mapped |= static_cast<unsigned short>(1U << line.process());
        while (!line.atEnd() && !line.atPunctuation());
      } else if (word == kFolded) {
        s.folded = 1;
      } else if (word == kReferences) {
        s.references = static_cast<unsigned short>(line.number("extra references", 1, 0xffff));
      } else if (word == kPins) {
        s.pins = static_cast<unsigned short>(line.number("pins", 1, 0xffff));
      } else if (auto bit = find(kFolioFlags, word)) {
        s.folio_flags |= static_cast<unsigned short>(*bit);
      } else if (auto negated = find(kFolioNegated, word)) {
        s.folio_flags &= static_cast<unsigned short>(~*negated);
      } else {
        line.blame("no property of a folio; allowed: " + namesOf(kFolioKinds) + ", " +
                   namesOf(kFolioFlags) + ", " + namesOf(kFolioNegated) + ", " +
                   std::string(kFolded) + ", " + std::string(kPmdMapped) +
                   " A, references N, pins N");
      }
    }
    if (!kind) {
      line.next();
      line.blame("say whether the folio is 'lazyfree', 'swap-backed', 'file' or 'shmem'");
    }
  }

  void parseVma(Line& line) {
    const unsigned process = line.process();
    unsigned from = 0;
    if (line.accept("from")) {
      line.demand("page", "'from'");
      from = line.number("the first page of the second VMA", 1, pages(line));
    }
    bool& seen = vma_[process][from != 0];
    once(line, seen);
    line.demand(":", "the process (or 'from page N')");
    unsigned flags = 0;
    bool read_only = false;
    do {
      const std::string_view word = line.next();
      if (word == kReadOnly) {
        read_only = true;
      } else if (auto bit = find(kVmaFlags, word)) {
        flags |= *bit;
      } else {
        line.blame("no property of a VMA; allowed: " + std::string(kReadOnly) + ", " +
                   namesOf(kVmaFlags));
      }
    } while (line.accept(","));
    if (read_only == ((flags & VMA_WRITE) != 0))
      line.blame("a VMA is either 'read-only' or 'write'");
    file_.scenario.vma[process][from != 0].flags = static_cast<unsigned short>(flags);
    if (from != 0) file_.scenario.split[process] = static_cast<unsigned short>(from);
  }

  void parseHeader(Line& line) {
    pages(line);
    unsigned processes = 0;
    while (!line.atEnd()) {
      if (line.process() != processes) line.blame("processes are named A, B, C, D, in this order");
      ++processes;
    }
    if (processes == 0) {
      line.next();
      line.blame("name the processes that map the folio, as in 'page A B'");
    }
    file_.scenario.processes = static_cast<unsigned char>(processes);
  }

  void parseRow(Line& line, std::string_view range) {
    if (!header_) line.blame("entries need the heading 'page A B ...' above them");
    Scenario& s = file_.scenario;
    unsigned ends[2] = {0, 0};
    const std::size_t dash = range.find('-');
    const std::string_view numbers[2] = {range.substr(0, dash),
                                         dash == range.npos ? range : range.substr(dash + 1)};
    for (unsigned i = 0; i < 2; ++i) {
      bool numeric = !numbers[i].empty() && numbers[i].size() <= 4;
      for (char c : numbers[i]) {
        numeric = numeric && c >= '0' && c <= '9';
        ends[i] = ends[i] * 10 + static_cast<unsigned>(c - '0');
      }
      if (!numeric || ends[i] >= s.pages) {
        line.blame("expected a page, or a range of pages like 2-5; the folio has pages 0 to " +
                   std::to_string(s.pages - 1));
      }
    }
    if (ends[1] < ends[0]) line.blame("a range rises");
    for (unsigned page = ends[0]; page <= ends[1]; ++page) {
      if (rows_[page])
        line.blame("the entries of page " + std::to_string(page) + " are given already");
      rows_[page] = true;
    }
    for (unsigned process = 0; process < s.processes; ++process) {
      const unsigned short entry = parseEntry(line, process);
      for (unsigned page = ends[0]; page <= ends[1]; ++page)
        s.entry[process * s.pages + page] = entry;
    }
  }

  void parseOperation(Line& line) {
    colon(line);
    const auto operation = find(kOperations, line.next());
    if (!operation) line.blame("the operation is 'try_to_unmap' or 'try_to_migrate'");
    file_.scenario.operation = static_cast<unsigned char>(*operation);
    while (line.accept(",")) {
      const std::string_view word = line.next();
      if (word == kRemoteCpu) {
        file_.scenario.remote_cpu = 1;
      } else if (auto bit = find(kTtuFlags, word)) {
        file_.scenario.ttu |= static_cast<unsigned char>(*bit);
      } else {
        line.blame("no flag of the operation; allowed: " + namesOf(kTtuFlags) + ", " +
                   std::string(kRemoteCpu));
      }
    }
  }

  void parseEvent(Line& line) {
    colon(line);
    const auto event = find(kEvents, line.next());
    if (!event) line.blame("no event; allowed: " + namesOf(kEvents));
    line.demand("at", "the event (at chance N)");
    line.demand("chance", "'at'");
    file_.scenario.event = static_cast<unsigned char>(*event);
    file_.scenario.event_at = static_cast<unsigned short>(line.number("the chance", 1, 0xffff));
  }

  void parseStep(Line& line) {
    Scenario& s = file_.scenario;
    if (s.steps == MAX_STEPS)
      line.blame("at most " + std::to_string(MAX_STEPS) + " steps can follow");
    colon(line);
    Step step{};
    step.page = ALL_PAGES;
    if (line.accept(kNot)) {
      line.demand("migrated", "'not'");
      step.action = STEP_NOT_MIGRATED;
      s.step[s.steps++] = step;
      return;
    }
    for (const Flag& whole : kWholeSteps) {
      if (!line.accept(whole.name)) continue;
      step.action = static_cast<unsigned char>(whole.bit);
      s.step[s.steps++] = step;
      return;
    }
    step.process = static_cast<unsigned char>(line.process());
    const auto action = find(kActions, line.next());
    if (!action)
      line.blame("no step; allowed: A reads PAGE, A writes PAGE, A forks, A unregisters");
    step.action = static_cast<unsigned char>(*action);
    if (step.action <= STEP_WRITE && !line.accept("all"))
      step.page = static_cast<unsigned short>(line.number("'all' or a page", 0, pages(line) - 1));
    s.step[s.steps++] = step;
  }

  void parseExpectation(Line& line) {
    Expectation e;
    std::string_view word = line.next();
    if (word == kTree) {
      e.kind = Expectation::Kind::kTree;
    } else {
      if (word == kMutant) {
        e.kind = Expectation::Kind::kMutant;
        word = line.next();
      }
      const bool mutant = e.kind == Expectation::Kind::kMutant;
      demandKnown(line, word, mutant ? vocabulary_.mutants : vocabulary_.policies,
                  mutant ? "mutant" : "policy ('mutant NAME' and 'tree' are possible too)");
      e.name = word;
    }
    line.demand(":", "the subject");
    for (word = line.next(); !word.empty(); word = line.next()) {
      if (word == ",") continue;
      if (word == kGood) {
        if (!e.rules.empty()) line.blame("either 'good' or the rules that are broken");
        line.demandEnd();
        file_.expectations.push_back(e);
        return;
      }
      demandKnown(line, word, vocabulary_.rules, "rule, and not 'good'");
      e.rules.emplace_back(word);
    }
    if (e.rules.empty()) line.blame("expected 'good' or the rules that are broken");
    file_.expectations.push_back(e);
  }

  static void demandKnown(const Line& line, std::string_view word,
                          const std::vector<std::string>& known, const std::string& what) {
    if (word.empty() || word == ":") line.blame("expected the name of a " + what);
    if (known.empty() || std::find(known.begin(), known.end(), word) != known.end()) return;
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    line.blame("no " + what + "; allowed: " + names);
  }

  // What is missing can be pointed at nowhere but at the end.
  void finish() const {
    auto missing = [&](const std::string& what) {
      throw Error(ErrorKind::kUsage, name_ + ":" +
                                         std::to_string(line_number_ == 0 ? 1 : line_number_) +
                                         ":1: the file ends without " + what);
    };
    if (!folio_) missing("a 'folio:' line, such as 'folio: 2 pages, lazyfree'");
    if (!header_) missing("a table of entries, which begins with 'page A'");
    for (unsigned process = 0; process < MAX_PROCESSES; ++process) {
      const std::string vma = std::string("vma ") + static_cast<char>('A' + process);
      const bool exists = process < file_.scenario.processes;
      if (exists && !vma_[process][0]) {
        missing(std::string("a '").append(vma).append(":' line, such as '").append(vma) +
                ": write'");
      }
      if (!exists && (vma_[process][0] || vma_[process][1])) {
        missing(std::string("a column for process ") + static_cast<char>('A' + process) +
                ", which has a VMA");
      }
    }
    if (!operation_) missing("an 'operation:' line, such as 'operation: try_to_unmap'");
  }

  const std::string& name_;
  const Vocabulary& vocabulary_;
  ScenarioFile file_;
  unsigned line_number_ = 0;
  bool titled_ = false, arch_ = false, folio_ = false, page_table_ = false, header_ = false,
       operation_ = false, event_ = false;
  bool vma_[MAX_PROCESSES][2] = {};
  bool rows_[MAX_PAGES] = {};
};

}  // namespace

ScenarioFile parseScenario(std::string_view text, const std::string& name,
                           const Vocabulary& vocabulary) {
  return Parser(name, vocabulary).parse(text);
}

ScenarioFile readScenarioFile(const std::string& path, const Vocabulary& vocabulary) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream.is_open()) text << stream.rdbuf();
  if (!stream.is_open() || stream.bad() || text.bad() || errno == EISDIR) {
    throw Error(ErrorKind::kUsage,
                path + ": cannot be read" +
                    (errno != 0 ? ": " + std::string(std::strerror(errno)) : "") + ".");
  }
  return parseScenario(text.str(), path, vocabulary);
}

}  // namespace ptecheck
