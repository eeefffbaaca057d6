// SPDX-License-Identifier: GPL-2.0-only
//
// For history*.cc: which rules are broken, or, if somebody asks about one of them, why.
#ifndef PTECHECK_SPEC_HISTORY_VERDICT_H
#define PTECHECK_SPEC_HISTORY_VERDICT_H

#include <string>

#include "scenario/history.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

class Verdict {
 public:
  Verdict() = default;
  explicit Verdict(Rule asked) : explains_(true), asked_(asked) {}

  // `why()` makes the sentence, which is seldom wanted. Of several reasons the first counts.
  template <class Why>
  void breaks(Rule rule, Why why) {
    broken_ |= ruleBit(rule);
    if (explains_ && rule == asked_ && sentence_.empty()) sentence_ = why();
  }
  RuleSet broken() const { return broken_; }
  const std::string& sentence() const { return sentence_; }

 private:
  bool explains_ = false;
  Rule asked_ = Rule::kContents;
  RuleSet broken_ = 0;
  std::string sentence_;
};

// "space 0 page 1"
std::string locationText(unsigned space, unsigned range);
// "zeroes", "the original contents of page 1", "write 1"
std::string contentsText(unsigned contents);
// "write 1 or zeroes", the newest first; "nothing" if the set is empty.
std::string contentsSetText(ContentsSet set);
// "mprotect(PROT_READ)"
const char* systemCallText(SystemCall call);

}  // namespace ptecheck::spec_detail

#endif
