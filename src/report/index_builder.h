// SPDX-License-Identifier: GPL-2.0-only
//
// An index in the making: its head, its parts one after the other, and links to them.
#ifndef PTECHECK_REPORT_INDEX_BUILDER_H
#define PTECHECK_REPORT_INDEX_BUILDER_H

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "report/head.h"
#include "report/index_html.h"
#include "report/verdict.h"

namespace ptecheck {

class IndexBuilder {
 public:
  explicit IndexBuilder(const IndexOptions& options) : options_(options) {}

  // `summary` may begin with the verdict's word.
  void head(const std::string& title, Verdict verdict, const std::string& summary,
            const std::vector<HeadLine>& lines);

  void begin(const std::string& place, const std::string& title, const std::string& classes = "");
  void end();
  void add(const std::string& html) { text_ += html; }
  void subheading(const std::string& title);
  void paragraph(const std::string& text, const char* attributes = "");
  void list(const std::vector<std::string>& items);
  void facts(const std::vector<HeadLine>& lines);

  // A link to a part, at the head of the page.
  void contents(const std::string& place, const std::string& title);

  // Parts of one architecture each have the class ofArch(); a browser shows those of the one that
  // was chosen. Links to them, if there are several; `place` names each.
  static std::string ofArch(Arch arch);
  void choose(std::span<const Arch> archs, std::string (*place)(Arch), Arch shown);

  // `archs`: that there are parts of.
  std::string print(std::span<const Arch> archs = {}) const;

  const IndexOptions& options() const { return options_; }
  bool strict() const { return options_.report.strict; }

 private:
  const IndexOptions& options_;
  std::string title_, head_, text_;
  std::vector<std::pair<std::string, std::string>> contents_;  // place, title
};

}  // namespace ptecheck

#endif
