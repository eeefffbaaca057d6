// SPDX-License-Identifier: GPL-2.0-only
//
// docs/questions.md names commands, and parts of what they print: run them and look. Checks are
// made small here; the page shows nothing of what they print.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "program.h"

namespace ptecheck {
namespace {

using namespace program;

struct Shown {
  Words command;                     // without "ptecheck"
  std::vector<std::string> printed;  // parts of the output, in its order
};

// "a  b\n c" and "a b c" are the same text, laid out in two ways.
std::string oneLine(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += ' ' + word;
  return line;
}

Words wordsOf(const std::string& command) {
  std::istringstream in(command);
  Words words;
  for (std::string word; in >> word;) {
    if (word.size() > 1 && word.front() == '\'' && word.back() == '\'')
      word = word.substr(1, word.size() - 2);
    words.push_back(word);
  }
  return words;
}

// Lines that begin with four spaces: a command after "$ ptecheck", others are what it prints.
std::vector<Shown> shownOnPage() {
  const std::string prompt = "    $ ptecheck ";
  std::istringstream lines(readFile(PTECHECK_SOURCE_DIR "/docs/questions.md"));
  std::vector<Shown> all;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(prompt))
      all.push_back({wordsOf(line.substr(prompt.size())), {}});
    else if (line.starts_with("    "))
      all.back().printed.push_back(oneLine(line));
  return all;
}

TEST(Questions, EveryCommandPrintsWhatThePageSays) {
  const std::vector<Shown> all = shownOnPage();
  ASSERT_GT(all.size(), 15U);
  std::size_t with_output = 0;
  for (const Shown& shown : all) {
    Words command = shown.command;
    if (command[0] == "check") command.insert(command.end(), {"--pages", "1", "--random", "0"});
    const Ended ended = run(command);
    const std::string what = oneLine(fmt::format("{}", fmt::join(shown.command, " ")));
    EXPECT_LE(ended.status, 1) << what << ended.err;
    const std::string out = oneLine(ended.out);
    std::size_t from = 0;
    for (const std::string& part : shown.printed) {
      from = out.find(part, from);
      ASSERT_NE(from, std::string::npos) << what << "prints no" << part << "\n" << ended.out;
      ++with_output;
    }
  }
  EXPECT_GT(with_output, 10U);
}

}  // namespace
}  // namespace ptecheck
