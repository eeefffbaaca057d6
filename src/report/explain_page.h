// SPDX-License-Identifier: GPL-2.0-only
//
// What a page of a story has beside the looks of all pages (page_look.h): how its steps look, and
// what the slider does. Nothing in it names an address.
#ifndef PTECHECK_REPORT_EXPLAIN_PAGE_H
#define PTECHECK_REPORT_EXPLAIN_PAGE_H

namespace ptecheck {

// What is new is outlined and says so in words, too: nothing is told by colour alone. On paper and
// without scripts every step is shown.
inline constexpr const char* kStoryStyle = R"(
html { scroll-padding-top: 5rem; }
.page { max-width: 70rem; }
code, pre, .word, .letters, .fact dd { font-family: ui-monospace, "SF Mono", Menlo, Consolas,
  "Liberation Mono", "DejaVu Sans Mono", monospace; }
code { font-size: .9em; overflow-wrap: anywhere; }
h1 { overflow-wrap: anywhere; }
h3 { font-size: 1rem; line-height: 1.4; margin: 0; font-weight: 650; }
p { max-width: 44rem; }
ul, ol { margin: 0; padding: 0; }
.scroll { overflow-x: auto; max-width: 100%; }

.top { display: flex; gap: 1rem; align-items: start; min-height: 2.25rem; font-size: .875rem;
  color: var(--dim); }
.top > div { flex: 1; display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding-top: .25rem; }
.top button { flex: none; }
button[aria-disabled=true] { color: var(--dim); border-color: var(--line); cursor: default; }
.time { display: none; }
.lede { font-size: 1.05rem; }
.verdict { display: flex; flex-wrap: wrap; gap: .4rem .5rem; align-items: center; margin: 1rem 0; }
.bad { color: var(--new); background: var(--new-soft); }
.well { color: var(--good); background: var(--good-soft); }
.soso { color: var(--warn); background: var(--warn-soft); }
.list { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; }
.list > li, .list > li > a { border-radius: .3rem; }
.list > li { border: 1px solid var(--line); background: var(--panel); padding: .05rem .5rem;
  font-size: .9rem; overflow-wrap: anywhere; }
.fates { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .7rem 1.25rem;
  margin: 0; align-items: baseline; }
.fates > dd { margin: 0; overflow-wrap: anywhere; }
.fates > dt { font-size: .9rem; font-weight: 650; }
.mark { display: inline-block; width: 1.5em; height: 1.5em; line-height: 1.5em; border-radius: 50%;
  text-align: center; margin-right: .5em; }

.story { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem 1.5rem; }
.time { position: sticky; top: 0; z-index: 2; gap: .6rem; align-items: center; grid-column: 1 / -1;
  padding: .5rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
.js .time { display: flex; }
.time input { flex: 1; min-width: 3rem; margin: 0; height: 2.75rem; accent-color: var(--link); }
.time button { min-width: 2.75rem; min-height: 2.75rem; padding: 0; }
.time output { min-width: 5.75rem; text-align: right; font-variant-numeric: tabular-nums; }
.keys { font-size: .85rem; color: var(--dim); display: none; margin: .9rem 0 0 .6rem; }
.js .keys { display: block; }
kbd { font: inherit; font-size: .85em; border: 1px solid var(--edge); border-radius: .25rem;
  padding: 0 .35em; }
.rail { font-size: .9rem; line-height: 1.4; min-width: 0; }
.rail ol { list-style: none; position: relative; }
.rail li a { display: flex; gap: .6rem; padding: .35rem .6rem .35rem .3rem; color: inherit;
  text-decoration: none; border-left: 3px solid transparent; border-radius: 0 .35rem .35rem 0; }
.rail li a:hover { background: var(--panel); }
.rail li a[aria-current] { background: var(--panel); border-left-color: var(--link); }
.rail .number { color: var(--dim); min-width: 1.4em; text-align: right; flex: none;
  font-variant-numeric: tabular-nums; }
.rail [aria-current] .number { color: var(--link); font-weight: 700; }
.rail li a > span:last-child { min-width: 0; overflow-wrap: anywhere; }
.lanes { display: flex; flex: none; margin: -.35rem 0; }
.lanes i { width: .9rem; position: relative; }
.lanes i::before { content: ""; position: absolute; left: calc(50% - .5px); top: 0; bottom: 0;
  border-left: 1px solid var(--edge); }
.lanes i.on::after { content: ""; position: absolute; left: calc(50% - .3rem); top: .65rem;
  width: .6rem; height: .6rem; border-radius: 50%; background: var(--link); }
.who { font-weight: 700; }
.rail .who, .step .who { color: var(--link); overflow-wrap: anywhere; }

.step { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; min-width: 0; }
.steps { display: grid; gap: 1rem; min-width: 0; align-content: start;
  grid-template-columns: minmax(0, 1fr); }
.where { margin: .2rem 0 0; font-size: .875rem; color: var(--dim); overflow-wrap: anywhere; }
.beside { display: flex; flex-wrap: wrap; gap: .9rem 1.5rem; margin-top: .9rem;
  align-items: flex-start; }
.beside > .facts { flex: 1 1 16rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; font-weight: normal; }
.entries { font-size: .8125rem; line-height: 1.35; }
.entries thead th, .entries thead td { padding: 0 .5rem .3rem; color: var(--dim); }
.entries th[scope=row] { padding: .6rem .75rem .5rem 0; min-width: 5.4rem; max-width: 11rem;
  position: sticky; left: 0; background: var(--paper); z-index: 1; }
.entries th[scope=rowgroup] { color: var(--dim); padding: .9rem 0 .25rem; }
.entries tbody td { border: 1px solid var(--line); padding: .5rem; min-width: 8.6rem; }
.entries td.new { box-shadow: inset 0 0 0 2px var(--new); }
.entries .vma { border-left: 3px dashed var(--edge); }
.entries .table { border-left: 5px double var(--edge); }
.legend .vma { border-left: 3px dashed var(--edge); padding: .2rem 0; margin-left: .6rem; }
.legend .table { border-left: 5px double var(--edge); padding: .2rem 0; margin-left: .6rem; }
.word { display: flex; align-items: center; white-space: pre; }
.word i { font-style: normal; flex: none; width: 1.32em; height: 1.6em; line-height: 1.5em;
  text-align: center; border: 1px solid var(--line); color: var(--dim); margin-right: -1px;
  background: var(--paper); }
.word i.on { background: var(--set); color: var(--set-ink); border-color: var(--edge);
  font-weight: 700; }
.word i.gained, .word i.lost { outline: 2px solid var(--new); outline-offset: -1px; z-index: 1;
  position: relative; }
.word span { padding-left: .6em; }
.none { color: var(--dim); min-height: 1.6em; }
.bits { margin: .35rem 0 0; max-width: 9.5rem; }
.bits ins, .bits del { text-decoration: none; color: var(--new); font-weight: 700;
  white-space: nowrap; }
.bits del span { text-decoration: line-through; }
.was { margin: .3rem 0 0; color: var(--dim); white-space: nowrap; }
.stale { margin: .3rem 0 0; color: var(--warn); font-weight: 700; max-width: 9.5rem; }
.facts { margin: 0; font-size: .8125rem; max-width: 28rem; }
.fact { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: .75rem;
  padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
.fact:first-child { border-top: 1px solid var(--line); }
.fact dt { color: var(--dim); overflow-wrap: anywhere; }
.fact dd { margin: 0; overflow-wrap: anywhere; }
.fact.new { box-shadow: inset 3px 0 0 var(--new); }
.fact.new dd > b { color: var(--new); }
.legend { font-size: .875rem; margin-top: 1.5rem; }
.legend summary { cursor: pointer; font-weight: 650; }
.legend dl { margin: .75rem 0 0; display: grid; gap: 0 2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); }
.legend dl > div { display: grid; grid-template-columns: 1.6rem minmax(0, 1fr); gap: .6rem;
  align-items: baseline; padding: .15rem 0; break-inside: avoid; }
.legend dd { margin: 0; }
.legend dt .word { font-size: .8125rem; }

.rule { border-left: 3px solid var(--edge); padding: .1rem 0 .1rem 1rem; margin: 0 0 1.5rem; }
.rule.grave { border-left-color: var(--new); }
.rule p { margin: .35rem 0; }
.rule .tag { font-weight: normal; font-size: .8125rem; border: 1px solid currentColor;
  border-radius: .3rem; padding: 0 .45rem; margin-left: .4rem; white-space: nowrap; }
.rule ul, .events { margin: .5rem 0 0 1.1rem; max-width: 44rem; }
.events { margin-bottom: 1rem; }
.rule details summary { cursor: pointer; color: var(--link); }
.outcome, .command { font-size: .8125rem; line-height: 1.5; margin: 0; padding: .75rem .9rem;
  background: var(--panel); border-radius: .4rem; }
.outcome { max-height: 26rem; overflow: auto; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
footer { margin-top: 2.75rem; }
footer p { margin-top: 1rem; font-size: .875rem; }

@media (min-width: 60rem) {
  .page { padding: 2rem 2rem 4rem; }
  .js .story { grid-template-columns: 19rem minmax(0, 1fr); }
  .js .rail { position: sticky; top: 4.5rem; max-height: calc(100vh - 5.5rem); overflow-y: auto;
    align-self: start; }
}
@media (hover: none) {
  .js .keys { display: none; }
}
@media (max-width: 59.99rem) {
  .js .rail { order: 1; }
}
@media (max-width: 30rem) {
  .step { padding: .75rem .6rem; }
  .entries { font-size: .75rem; }
  .entries tbody td { padding: .4rem; min-width: 0; }
  .entries th[scope=row] { padding-right: .5rem; min-width: 0; max-width: 6rem; }
  .time output { min-width: 0; font-size: .875rem; }
  .fates { grid-template-columns: minmax(0, 1fr); gap: .35rem; }
  .fates > dd + dt { margin-top: .75rem; }
}
@media (forced-colors: active) {
  .word i.on { border: 2px solid; }
  .entries td.new, .fact.new { outline: 2px solid; outline-offset: -2px; }
  .lanes i.on::after { background: CanvasText; }
}
@media print {
  @page { margin: 15mm; }
  html { font-size: 9.5pt; }
  .js .time, .js .keys, .rail { display: none; }
  .js .story, .story { display: block; }
  .steps { display: block; }
  .step, .step[hidden] { display: block; break-inside: avoid; margin: 0 0 .75rem; }
  .scroll, .outcome { overflow: visible; max-height: none; }
  .outcome, .command { white-space: pre-wrap; background: none; border: 1px solid var(--line); }
  .entries { font-size: 7.5pt; }
  .entries th[scope=row] { position: static; min-width: 0; }
  .entries tbody td { min-width: 0; }
  .many { font-size: 5.5pt; }
  .many tbody td, .many thead th { padding: 2pt; }
  .many .word i { width: .7em; height: auto; border: 0; background: none; }
  .many p { white-space: normal; max-width: none; }
  .word i { print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  .rule { break-inside: avoid; }
}
)";

// Left, Right, Home and End move in time; so does the slider, which is one of the browser's own,
// and every step of the list. The address names the step that is shown.
inline constexpr const char* kStoryScript = R"js(
(function () {
  "use strict";
  function all(what, where) { return Array.prototype.slice.call((where || document).querySelectorAll(what)); }
  function byId(id) { return document.getElementById(id); }

  var steps = all(".step"), time = byId("time");
  if (!time) return;
  var links = all(".rail a"), rail = document.querySelector(".rail"), shown = -1;
  function cellsOf(step) { return step.querySelector(".scroll"); }

  // Wide tables stay where the reader scrolled them, unless all that is new would be out of sight.
  function scrollTo(cells, left) {
    if (!cells) return;
    cells.scrollLeft = left;
    var frame = cells.getBoundingClientRect(), news = all("td.new", cells);
    var seen = news.some(function (cell) {
      var box = cell.getBoundingClientRect();
      return box.right > frame.left + 60 && box.left < frame.right - 20;
    });
    if (news.length && !seen) cells.scrollLeft += news[0].getBoundingClientRect().left - frame.left - 120;
  }
  function show(i, address) {
    i = Math.max(0, Math.min(steps.length - 1, i));
    var before = shown < 0 ? null : cellsOf(steps[shown]), left = before ? before.scrollLeft : 0;
    if (i !== shown) steps.forEach(function (step, n) { step.hidden = n !== i; });
    shown = i;
    scrollTo(cellsOf(steps[i]), left);
    time.value = String(i);
    time.setAttribute("aria-valuetext", steps[i].querySelector("h3").textContent);
    byId("at").textContent = "Step " + i + " of " + (steps.length - 1);
    byId("back").setAttribute("aria-disabled", String(i === 0));
    byId("on").setAttribute("aria-disabled", String(i === steps.length - 1));
    links.forEach(function (link, n) {
      if (n === i) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    var at = links[i].getBoundingClientRect(), frame = rail.getBoundingClientRect();
    if (at.bottom > frame.bottom) rail.scrollTop += at.bottom - frame.bottom;
    if (at.top < frame.top) rail.scrollTop -= frame.top - at.top;
    if (address) try { history.replaceState(null, "", "#step-" + i); } catch (none) {}
  }
  function named() {
    var match = /^#step-(\d+)$/.exec(location.hash);
    return match ? Number(match[1]) : -1;
  }
  time.addEventListener("input", function () { show(Number(time.value), true); });
  byId("back").addEventListener("click", function () { show(shown - 1, true); });
  byId("on").addEventListener("click", function () { show(shown + 1, true); });
  links.forEach(function (link, i) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(i, true);
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target === time) return;
    var to = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    var frame = event.target.closest ? event.target.closest(".scroll") : null;
    if (frame && frame.scrollWidth > frame.clientWidth) return;
    event.preventDefault();
    show(to, true);
  });
  window.addEventListener("hashchange", function () { if (named() >= 0) show(named(), false); });
  window.addEventListener("beforeprint", function () {
    all("details").forEach(function (more) { more.dataset.was = more.open ? "open" : ""; more.open = true; });
  });
  window.addEventListener("afterprint", function () {
    all("details").forEach(function (more) { more.open = more.dataset.was === "open"; });
  });
  show(Math.max(0, named()), false);
})();
)js";

}  // namespace ptecheck

#endif
