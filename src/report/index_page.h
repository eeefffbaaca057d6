// SPDX-License-Identifier: GPL-2.0-only
//
// What an index has beside the looks of all pages (page_look.h): how its tables and lists look.
#ifndef PTECHECK_REPORT_INDEX_PAGE_H
#define PTECHECK_REPORT_INDEX_PAGE_H

namespace ptecheck {

// Verdicts are words, and costs have a number of another weight: nothing is told by colour alone.
inline constexpr const char* kIndexStyle = R"(
.page { max-width: 76rem; }
code { font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono",
  "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.command { user-select: all; -webkit-user-select: all; background: var(--panel);
  border-radius: .3rem; padding: .15rem .45rem; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
h3 { font-size: 1rem; line-height: 1.4; margin: 1.75rem 0 .5rem; font-weight: 650; }
p { max-width: 46rem; }
p.dim { font-size: .875rem; }
.well { color: var(--good); }
.soso { color: var(--warn); }
.bad { color: var(--new); }

.top { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center;
  min-height: 2.25rem; font-size: .875rem; color: var(--dim); }
.top #theme { margin-left: auto; }
.verdict { margin: 1rem 0; max-width: 60rem; }
.badge { margin-right: .35rem; white-space: nowrap; }
.badge.well { background: var(--good-soft); }
.badge.soso { background: var(--warn-soft); }
.badge.bad { background: var(--new-soft); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.25rem;
  margin: 0 0 1rem; font-size: .9375rem; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; max-width: 60rem; }
.contents ul, .choose ul { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem;
  margin: 0; padding: 0; }
.contents a, .choose a { display: block; padding: .25rem .7rem; border: 1px solid var(--line);
  border-radius: .4rem; text-decoration: none; font-size: .9375rem; }
.contents a:hover, .choose a:hover { background: var(--panel); }
.contents { margin-top: 1.5rem; }
.choose { margin: 0 0 1rem; }
.choose a[aria-current] { background: var(--ink); color: var(--paper); border-color: var(--ink); }

.scroll { overflow-x: auto; max-width: 100%; width: fit-content; border: 1px solid var(--line);
  border-radius: .4rem; margin: 0 0 .75rem; }
table { border-collapse: separate; border-spacing: 0; font-size: .875rem; line-height: 1.35; }
th, td { text-align: left; font-weight: normal; padding: .35rem .6rem; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead tr:not(:last-child) > * { border-bottom: 0; }
thead th, thead td { vertical-align: bottom; color: var(--dim); background: var(--panel); }
thead th { white-space: normal; text-align: center; }
thead .severity { border-left: 1px solid var(--line); font-size: .8125rem; padding-bottom: .1rem;
  border-bottom: 0; }
thead .rule-name { min-width: 4.6rem; text-align: right; padding-left: .3rem; }
thead a { color: inherit; }
th:first-child, td:first-child { position: sticky; left: 0; z-index: 1;
  border-right: 1px solid var(--line); }
tbody th { background: var(--paper); font-weight: 550; }
tbody tr:hover > th, tbody tr:hover > td.none { background: var(--panel); }
tr:target > * { box-shadow: inset 0 2px var(--link), inset 0 -2px var(--link); }
.number { text-align: right; font-variant-numeric: tabular-nums; padding: 0; }
td.number:not(:has(a)) { padding: .35rem .6rem; }
.number a { display: block; color: inherit; padding: .35rem .6rem; text-decoration-thickness: 1px;
  text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
.number a:hover { text-decoration-thickness: 2px; }
.number.bad a { font-weight: 650; }
.number.none { color: var(--dim); }
.word { text-align: center; }
.word.bad { font-weight: 700; }
.word a { color: inherit; text-decoration-color: var(--edge); text-decoration-thickness: 1px; }
tbody td.bad { background: var(--new-soft); }
tbody td.soso { background: var(--warn-soft); }
.tag { font-weight: normal; font-size: .75rem; line-height: 1.3; border: 1px solid currentColor;
  border-radius: .3rem; padding: 0 .4rem; white-space: nowrap; display: inline-block; }
.answers { margin: 0; max-width: 50rem; }
.answers dt { font-weight: 650; margin-top: 1rem; }
.answers dd { margin: .15rem 0 0; }
.lines, .note { max-width: 50rem; }
.lines { margin: 0; padding-left: 1.2rem; }
.note { border-left: 3px solid var(--warn); padding-left: .8rem; }

.scroll + .rule { margin-top: 1.5rem; }
.rule { border-left: 3px solid var(--edge); padding: .1rem 0 .1rem 1rem; margin: 0 0 2rem; }
.rule.bad { border-left-color: var(--new); color: inherit; }
.rule.soso { border-left-color: var(--warn); color: inherit; }
.rule:target { background: linear-gradient(to right, var(--panel), transparent 60%); }
.rule h3 { margin: 0 0 .3rem; }
.rule h3 .tag { margin-left: .3rem; }
.rule > p { margin: .2rem 0; }
.example { margin: 1rem 0 0; }
.example p { margin: 0; max-width: 56rem; }
.example .why { color: var(--new); }
.soso > .example .why { color: var(--warn); }
.example ul { list-style: none; margin: .35rem 0 0; padding: 0; }
.example li { display: flex; flex-wrap: wrap; gap: .1rem .75rem; align-items: baseline;
  padding: .2rem 0; }
.example li > .dim { font-size: .875rem; }
footer { margin-top: 3rem; }
section { scroll-margin-top: .5rem; }
tr { scroll-margin-top: 3rem; }

@media (min-width: 60rem) {
  .page { padding: 2rem 2rem 4rem; }
  .example li { display: grid; grid-template-columns: 13rem 10rem minmax(0, 1fr); }
  .actors li { grid-template-columns: 15rem 17rem minmax(0, 1fr); }
  .example li > .command { justify-self: start; }
}
@media (max-width: 30rem) {
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: .5rem; }
  table { font-size: .8125rem; }
  th:first-child { white-space: normal; max-width: 7.5rem; min-width: 6.5rem;
    overflow-wrap: anywhere; }
  th, td { padding: .35rem .45rem; }
  .number a { padding: .5rem .45rem; }
  .contents a, .choose a { padding: .4rem .7rem; }
}
@media print {
  @page { margin: 12mm; size: A4 landscape; }
  html { font-size: 9.5pt; }
  body { background: #fff; }
  .contents, .choose { display: none; }
  .scroll { overflow: visible; width: auto; border: 0; }
  table { font-size: 8pt; }
  tbody th, th:first-child, td:first-child { background: none; }
  th, td, .number a, td.number:not(:has(a)) { padding: 1.2pt 3pt; }
  thead .rule-name { min-width: 0; }
  .tag { font-size: 6pt; padding: 0 2pt; }
  th:first-child, td:first-child { position: static; }
  a { color: inherit; }
  .rule > p, h3, h2 { break-after: avoid; }
  .example, tr { break-inside: avoid; }
  .command { border: 1px solid var(--line); }
  h2 { margin-top: 1.5rem; }
}
)";

}  // namespace ptecheck

#endif
