// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/answers.h"
#include "report/arch_verdicts.h"
#include "report/concurrent.h"
#include "report/head.h"
#include "report/html.h"
#include "report/index_builder.h"
#include "report/index_findings.h"
#include "report/index_markup.h"
#include "report/index_tables.h"
#include "report/numbers.h"
#include "report/summary.h"
#include "report/verdict.h"

namespace ptecheck {

using markup::address;

namespace {

bool anyBroken(const CheckResult& result) {
  return std::any_of(result.rows.begin(), result.rows.end(),
                     [](const Row& row) { return row.broken != 0; });
}

void rules(IndexBuilder& page, const CheckResult& result) {
  if (!anyBroken(result)) {
    page.paragraph("None is broken.");
    return;
  }
  page.add(ruleTable(result, page.options()));
  std::string legend =
      "Numbers are scenarios in which the rule is broken; each leads to the story of the "
      "smallest. ";
  legend += page.strict() ? "BROKEN: breaks a rule (--strict)."
                          : "Costs: breaks only write-lost or soft-dirty-gained, which cost time "
                            "or space. BROKEN: breaks another rule.";
  const auto only_there = [](const Row& row) {
    return (row.broken & ~row.broken_elsewhere & ~kCostRules) != 0;
  };
  if (std::any_of(result.rows.begin(), result.rows.end(), only_there))
    legend +=
        " \u2020: on shadow stacks alone. That is a candidate (candid., if the policy breaks "
        "nothing else): no kernel has been shown to get a large lazyfree folio there.";
  page.paragraph(legend, "class=\"dim\"");
  if (const std::string families = familyTable(result, page.options()); !families.empty()) {
    page.subheading("By family of scenarios");
    page.add(families);
  }
}

void costs(IndexBuilder& page, const CheckResult& result) {
  page.subheading("What each costs");
  page.add(costTable(result, page.options()));
  page.paragraph(
      "Per million scenarios, but for the first column: entries unmapped or put back as one batch, "
      "on average.",
      "class=\"dim\"");
}

void notRun(IndexBuilder& page, const CheckResult& result) {
  if (result.unsupported == 0) return;
  page.paragraph(
      fmt::format("Not run: {}, and no rule was checked there. The first reason: {}",
                  counted(result.unsupported, "scenario", "scenarios"), result.unsupported_reason),
      "class=\"note\"");
}

void findings(IndexBuilder& page, const CheckResult& result) {
  const std::string list = findingsList(result, page.options());
  if (list.empty())
    page.paragraph("There is none.");
  else
    page.add(list);
}

// What an answer names as an example leads to its story.
std::string withLinks(const std::string& answer, const CheckResult& result) {
  const std::string replay = "ptecheck replay ";
  const std::size_t begin = answer.find(replay);
  if (begin == std::string::npos) return escaped(answer);
  const std::size_t id = begin + replay.size(),
                    end = std::min(answer.find(". ", id), answer.size());
  for (const Finding& finding : result.findings)
    if (finding.id == answer.substr(id, end - id) ||
        finding.id + "." == answer.substr(id, end - id))
      return escaped(answer.substr(0, begin)) +
             fmt::format("<a href=\"{}\">{}</a>", address(pageOf(finding)),
                         escaped(answer.substr(begin, id + finding.id.size() - begin))) +
             escaped(answer.substr(id + finding.id.size()));
  return escaped(answer);
}

void severalProcessors(IndexBuilder& page, const std::vector<ConcurrentResult>& results) {
  page.paragraph(
      "All interleavings of small sets of actors: programs with TLBs, reclaim, pins, system calls. "
      "Numbers below a rule are sets of actors in which it is broken.");
  page.add(actorsTable(results, page.options()));
  page.add(schedulesList(results, page.options()));
  page.paragraph(candidatesSentence(), "class=\"dim\"");
}

}  // namespace

std::string mutantName(const ConcurrentResult& result) {
  for (const SmpMutantInfo& info : smpMutants())
    if (info.mutant == result.mutant) return std::string(info.name);
  return "";
}

std::string pageOf(const Finding& finding) {
  return fmt::format("{}/{}/{}.html", archId(finding.arch), finding.row,
                     ruleInfo(finding.rule).name);
}

std::string backFrom(const Finding& finding) {
  return fmt::format("../../{}#{}", kIndexPage, address(rulePlace(finding.arch, finding.rule)));
}

std::string pageOf(const ConcurrentResult& result, Rule rule) {
  const std::string mutant = mutantName(result);
  return fmt::format("several/{}/{}{}/{}.html", archId(result.arch), result.policy.name,
                     mutant.empty() ? "" : "+" + mutant, ruleInfo(rule).name);
}

std::string backFrom(const ConcurrentResult&) {
  return fmt::format("../../../{}#several", kIndexPage);
}

std::string indexHtml(const std::vector<CheckResult>& results,
                      const std::vector<ConcurrentResult>& concurrent,
                      const IndexOptions& options) {
  IndexBuilder page(options);
  const bool several = results.size() > 1;
  const bool strict = options.report.strict;
  const CheckResult& first = results.front();
  Verdict verdict = verdictOf(results, strict);
  std::string summary = verdict == Verdict::kNotChecked ? "no scenario was run"
                        : several                       ? archSummary(results, strict)
                                                        : rowSummary(first, strict);
  if (!concurrent.empty()) verdict = worse(verdict, verdictOf(concurrent, strict));
  page.head("What becomes of page-table entries in batches", verdict, summary,
            headLines(results, options.report));
  std::vector<Arch> archs;
  for (const CheckResult& result : results) archs.push_back(result.arch);

  if (several) {
    page.begin("verdicts", "Which policy is good on which architecture");
    page.contents("verdicts", "Architectures");
    page.add(archTable(results, options));
    page.end();
  }
  page.contents(archPlace(first.arch), "Rules");
  for (const CheckResult& result : results) {
    page.begin(archPlace(result.arch),
               several ? fmt::format("Which policy breaks which rule on {}", archId(result.arch))
                       : "Which policy breaks which rule",
               IndexBuilder::ofArch(result.arch));
    page.choose(archs, archPlace, result.arch);
    rules(page, result);
    notRun(page, result);
    costs(page, result);
    page.end();
  }
  if (const std::vector<Answer> list = answers(results, options.report); !list.empty()) {
    page.begin("questions", "The questions asked about CVE-2026-31398");
    page.contents("questions", "Questions and answers");
    page.add("<dl class=\"answers\">\n");
    for (const Answer& answer : list)
      page.add(element("dt", answer.question) + "<dd>" + withLinks(answer.text, first) + "</dd>\n");
    page.add("</dl>\n");
    page.end();
  }
  if (!concurrent.empty()) {
    page.begin("several", "Several processors");
    page.contents("several", "Several processors");
    severalProcessors(page, concurrent);
    page.end();
  }
  page.contents(findingsPlace(first.arch), "All findings");
  for (const CheckResult& result : results) {
    page.begin(findingsPlace(result.arch),
               several ? fmt::format("All findings on {}", archId(result.arch)) : "All findings",
               IndexBuilder::ofArch(result.arch));
    page.choose(archs, findingsPlace, result.arch);
    findings(page, result);
    page.end();
  }
  return page.print(archs);
}

namespace {

void oneTree(IndexBuilder& page, const TreeCheck& check) {
  const CheckResult& result = check.result;
  if (!check.never_ran.empty()) {
    page.subheading("Changed lines that never ran");
    page.list(check.never_ran);
  }
  page.subheading("Rules");
  rules(page, result);
  notRun(page, result);
  if (check.batches) costs(page, result);
  if (!check.bit_differences.empty()) {
    page.subheading("Bits, batched against one entry at a time");
    page.list(check.bit_differences);
  }
  if (!check.notes.empty()) {
    page.subheading("Notes");
    page.list(check.notes);
  }
}

std::vector<HeadLine> treeHead(const TreeCheck& check, const IndexOptions& options) {
  std::vector<HeadLine> lines = headLines(std::span(&check.result, 1), options.report);
  if (!check.features.empty()) lines.push_back({"processor", check.features});
  lines.push_back({"batches", check.batches ? "yes, mm/rmap.c unmaps several entries at a time"
                                            : "no, mm/rmap.c unmaps one entry at a time"});
  if (check.new_rules != 0)
    lines.push_back({"new", "broken by the patch, not before: " + ruleNames(check.new_rules)});
  return lines;
}

// What all architectures have in common stands at the head; of each, its own.
void treesHead(IndexBuilder& page, const std::vector<ArchTree>& trees) {
  const Verdict verdict = verdictOf(trees, page.strict());
  const ArchTree* first = nullptr;
  for (const ArchTree& tree : trees)
    if (tree.check && first == nullptr) first = &tree;
  std::vector<HeadLine> lines;
  if (trees.size() == 1 && first != nullptr) {
    lines = treeHead(*first->check, page.options());
    page.head("What a kernel tree makes of page-table entries in batches", verdict,
              treeVerdict(*first->check, page.strict()), lines);
    return;
  }
  lines.push_back({"ptecheck", page.options().program});
  if (first != nullptr) lines.push_back({"subject", first->check->result.subject});
  std::string summary;
  for (const ArchTree& tree : trees)
    if (tree.check)
      summary += (summary.empty() ? "" : "; ") +
                 fmt::format("{}: {}", archId(tree.arch), treeVerdict(*tree.check, page.strict()));
  page.head("What a kernel tree makes of page-table entries in batches", verdict, summary, lines);
}

}  // namespace

std::string indexHtml(const std::vector<ArchTree>& trees, const IndexOptions& options) {
  IndexBuilder page(options);
  treesHead(page, trees);
  std::vector<Arch> archs;
  for (const ArchTree& tree : trees)
    if (tree.check) archs.push_back(tree.arch);
  const bool several = trees.size() > 1;
  if (several) {
    page.begin("verdicts", "Architectures");
    page.contents("verdicts", "Architectures");
    page.add("<dl class=\"facts\">\n");
    for (const ArchTree& tree : trees) {
      const std::string name = escaped(archId(tree.arch));
      const std::string place = address(archPlace(tree.arch));
      page.add(tree.check
                   ? fmt::format("<dt><a href=\"#{}\">{}</a></dt><dd><span class=\"{}\">{}</span>"
                                 "</dd>\n",
                                 place, name,
                                 markup::kindOf(verdictOf(*tree.check, options.report.strict)),
                                 escaped(treeVerdict(*tree.check, options.report.strict)))
                   : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(tree.why_not)));
    }
    page.add("</dl>\n");
    page.end();
  }
  if (!archs.empty()) page.contents(archPlace(archs.front()), "Rules");
  for (const ArchTree& tree : trees) {
    if (!tree.check) continue;
    page.begin(archPlace(tree.arch), several ? archName(tree.arch) : "What was found",
               IndexBuilder::ofArch(tree.arch));
    page.choose(archs, archPlace, tree.arch);
    if (several) {
      std::vector<HeadLine> lines = treeHead(*tree.check, options);
      std::erase_if(lines, [](const HeadLine& line) {
        return line.label == "ptecheck" || line.label == "subject";
      });
      page.facts(lines);
    }
    oneTree(page, *tree.check);
    page.end();
  }
  if (!archs.empty()) page.contents(findingsPlace(archs.front()), "All findings");
  for (const ArchTree& tree : trees) {
    if (!tree.check) continue;
    page.begin(findingsPlace(tree.arch),
               several ? fmt::format("All findings on {}", archId(tree.arch)) : "All findings",
               IndexBuilder::ofArch(tree.arch));
    page.choose(archs, findingsPlace, tree.arch);
    findings(page, tree.check->result);
    page.end();
  }
  return page.print(archs);
}

std::string indexHtml(const std::vector<ConcurrentResult>& concurrent,
                      const IndexOptions& options) {
  IndexBuilder page(options);
  const Verdict verdict = verdictOf(concurrent, options.report.strict);
  std::size_t broken = 0, unfinished = 0;
  for (const ConcurrentResult& result : concurrent) {
    broken += result.broken != 0 ? 1 : 0;
    unfinished += result.unfinished != 0 ? 1 : 0;
  }
  std::string summary = fmt::format("a rule is broken in {} of {}", broken,
                                    counted(concurrent.size(), "search", "searches"));
  if (unfinished != 0) summary += fmt::format("; {} did not come to an end", unfinished);
  page.head(
      "What becomes of page-table entries when several processors act", verdict, summary,
      {{"ptecheck", options.program}, {"subject", "the built-in model of several processors"}});
  page.begin("several", "All interleavings");
  severalProcessors(page, concurrent);
  page.end();
  page.begin("sizes", "Sets of actors by size");
  page.add(sizesTable(concurrent));
  page.end();
  return page.print();
}

}  // namespace ptecheck
