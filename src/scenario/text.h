// SPDX-License-Identifier: GPL-2.0-only
//
// Scenarios as short text files, written and read by hand. docs/scenario-format.md has the grammar;
// an example:
//
//   # The first entry's write bit is stamped on the rest.
//   folio: 2 pages, lazyfree
//   vma A: write
//   vma B: write
//   page  A        B
//   0     wEDYS..  -
//   1     r.DY...  r.DY...
//   operation: try_to_unmap
//   then: A writes 1
//   expect v6.16: write-gained contents
//   expect respect-write-softdirty: good
//
// parse() and print() are inverse to each other: parse(print(x)) == x, and print(parse(text)) is
// `text` in its canonical form.
#ifndef PTECHECK_SCENARIO_TEXT_H
#define PTECHECK_SCENARIO_TEXT_H

#include <string>
#include <string_view>
#include <vector>

#include "scenario/flat.h"

namespace ptecheck {

// The suffix of scenario files, with its dot.
inline constexpr std::string_view kScenarioSuffix = ".pte";

// One `expect` line: what a subject must do with the scenario.
struct Expectation {
  enum class Kind {
    kPolicy,  // the model, under the policy `name`
    kMutant,  // the model with the mistake `name` built in
    kTree,    // a kernel tree's own code; `name` is empty
  };
  Kind kind = Kind::kPolicy;
  std::string name;
  std::vector<std::string> rules;  // that it breaks; none: good

  bool operator==(const Expectation&) const = default;
};

struct ScenarioFile {
  std::string arch;  // id of the architecture whose entries are meant; "": none is named
  Scenario scenario{};
  std::string
      title;  // the comment the file opens with, without its '#'; lines are separated by '\n'
  std::vector<Expectation> expectations;
};

// The names a parser may insist on. scenario/ does not know rules, policies and mutants; who does
// passes them. An empty list accepts every word.
struct Vocabulary {
  std::vector<std::string> rules, policies, mutants, archs;
};

// Throws Error (kUsage): "FILE:LINE:COLUMN: ..." with the offending word and what is allowed there.
// `name` stands for FILE. Checks the text, not the meaning: see whyIllegal() in legal.h.
ScenarioFile parseScenario(std::string_view text, const std::string& name,
                           const Vocabulary& vocabulary = {});

// Reads the file; throws Error (kUsage) if it cannot be read.
ScenarioFile readScenarioFile(const std::string& path, const Vocabulary& vocabulary = {});

// Ends with a newline.
std::string printScenario(const ScenarioFile& file);

// One entry of a scenario in letters ("wEDYS..", "-", "other", "swapped"), as in the table of a
// file.
std::string entryLetters(unsigned entry);

}  // namespace ptecheck

#endif
