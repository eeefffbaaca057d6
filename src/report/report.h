// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_REPORT_H
#define PTECHECK_REPORT_REPORT_H

#include <string>
#include <vector>

#include "check/model_check.h"
#include "check/result.h"
#include "pte/architectures.h"
#include "spec/rules.h"

namespace ptecheck {

// What a report must know beside the result.
struct ReportOptions {
  std::string version;        // of ptecheck
  RuleSet rules = kAllRules;  // that were judged
  bool strict = false;        // rules of severity `cost` fail a check too
  Share share;                // of the search
};

// One scenario that was run by itself.
struct RunReport {
  std::string version;  // of ptecheck
  std::string name;     // the file or the finding's id
  std::string title;    // what the file says about itself; may be empty
  std::string subject;  // "the built-in model (x86-64), policy v6.16"
  std::string row;      // "v6.16", "tree"
  Arch arch = kX86;     // whose entries
  bool strict = false;
  Scenario scenario{};
  ModelRun run;
  // What the file expects of this subject; `expected` is the set of rules it must break.
  bool has_expectation = false;
  RuleSet expected = 0;
};

}  // namespace ptecheck

#endif
