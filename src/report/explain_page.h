// SPDX-License-Identifier: GPL-2.0-only
//
// What every page of a story has: how it looks, and the slider. Nothing in it names an address.
#ifndef PTECHECK_REPORT_EXPLAIN_PAGE_H
#define PTECHECK_REPORT_EXPLAIN_PAGE_H

namespace ptecheck {

// Light and dark follow the reader's browser. On paper and without scripts every step is shown.
inline constexpr const char* kPageStyle = R"(
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1f; --dim: #6b6b76; --line: #c9c9d2;
  --cell: #f4f4f8; --set: #dbe7fb; --new: #b3261e; --good: #1d6b34; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17171b; --ink: #ececf1; --dim: #9b9ba8; --line: #44444f; --cell: #222228;
    --set: #26395c; --new: #ff8a80; --good: #7bd597; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .3rem; }
h4 { font-size: .85rem; margin: .6rem 0 .2rem; color: var(--dim); }
code, .letters { font-family: ui-monospace, monospace; white-space: pre; }
.function, .note { color: var(--dim); margin: .1rem 0; }
.step { border: 1px solid var(--line); border-radius: .4rem; padding: .7rem; margin: .7rem 0; }
.beside { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: flex-start; }
.beside > div { max-width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
  vertical-align: top; font-weight: normal; }
thead th, th[scope=row] { color: var(--dim); white-space: nowrap; }
td { background: var(--cell); min-width: 6rem; }
td.new { border: 2px solid var(--new); }
.letters b { color: var(--new); text-decoration: underline; }
ul.bits { list-style: none; margin: .25rem 0 0; padding: 0; display: flex; flex-wrap: wrap;
  gap: .2rem; font-size: .75rem; }
ul.bits li { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3rem; }
ul.bits li.off { color: var(--dim); border-style: dotted; }
ul.bits li.on { background: var(--set); }
ul.bits li.gained, ul.bits li.lost { border: 2px solid var(--new); font-weight: bold; }
ul.bits li.gained::before { content: "+"; }
ul.bits li.lost { text-decoration: line-through; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: 0; }
dt { color: var(--dim); }
dd { margin: 0; }
dd.new { color: var(--new); font-weight: bold; }
.time { display: none; position: sticky; top: 0; z-index: 1; gap: .5rem; align-items: center;
  padding: .5rem 0; background: var(--paper); }
.js .time { display: flex; }
.time input { flex: 1; min-width: 4rem; }
.time button { font: inherit; min-width: 2.75rem; min-height: 2.75rem; }
@media print {
  :root { --paper: #fff; --ink: #000; --dim: #444; --line: #999; --cell: #fff; --set: #e4e4e4;
    --new: #000; --good: #000; }
  .js .time { display: none; }
  .step, .step[hidden] { display: block; break-inside: avoid; }
  .scroll { overflow: visible; }
}
)";

// Left, Right, Home and End move in time; so does the slider, which is one of the browser's own.
inline constexpr const char* kPageScript = R"(
(function () {
  "use strict";
  var steps = Array.prototype.slice.call(document.querySelectorAll(".step"));
  var time = document.getElementById("time"), at = document.getElementById("at");
  if (!time || steps.length < 2) return;
  function show(i) {
    i = Math.max(0, Math.min(steps.length - 1, i));
    steps.forEach(function (step, n) { step.hidden = n !== i; });
    time.value = String(i);
    at.textContent = i + " of " + (steps.length - 1);
    time.setAttribute("aria-valuetext", steps[i].querySelector("h3").textContent);
  }
  function now() { return Number(time.value); }
  time.addEventListener("input", function () { show(now()); });
  document.getElementById("back").addEventListener("click", function () { show(now() - 1); });
  document.getElementById("on").addEventListener("click", function () { show(now() + 1); });
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target === time) return;
    var to = { ArrowLeft: now() - 1, ArrowRight: now() + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  document.documentElement.classList.add("js");
  show(0);
})();
)";

}  // namespace ptecheck

#endif
