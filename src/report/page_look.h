// SPDX-License-Identifier: GPL-2.0-only
//
// What all pages look like: colours, light and dark, and what they have in common; and the button
// that changes between the two. Nothing in it names an address.
#ifndef PTECHECK_REPORT_PAGE_LOOK_H
#define PTECHECK_REPORT_PAGE_LOOK_H

namespace ptecheck {

// Every colour of text has a contrast of at least 4.5 to what it stands on (WCAG 2.1 AA);
// tests/explain_page_test.cc measures it.
inline constexpr const char* kPageLight =
    "color-scheme: light; --paper: #fdfdfb; --panel: #f4f4f0; --ink: #1b1c20; --dim: #5a5d67; "
    "--line: #dcdcd6; --edge: #8d909a; --link: #1f4fa3; --set: #dde7fb; --set-ink: #16377a; "
    "--new: #b0221a; --new-soft: #fdeae7; --good: #176437; --good-soft: #e3f3e8; "
    "--warn: #7f5200; --warn-soft: #fbf0d6;";
inline constexpr const char* kPageDark =
    "color-scheme: dark; --paper: #15161a; --panel: #1e2026; --ink: #e8e9ed; --dim: #a4a8b4; "
    "--line: #363943; --edge: #767b89; --link: #a3c0ff; --set: #24396a; --set-ink: #d3e1ff; "
    "--new: #ff9d92; --new-soft: #40211f; --good: #86d7a2; --good-soft: #183122; "
    "--warn: #efc56e; --warn-soft: #372c14;";

inline constexpr const char* kPageBase = R"(
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  overflow-wrap: break-word; }
.page { margin: 0 auto; padding: 1.25rem 1rem 3rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .3rem 0 .5rem; font-weight: 650;
  letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 2.75rem 0 .75rem; font-weight: 650; }
p { margin: 0 0 .75rem; text-wrap: pretty; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.dim { color: var(--dim); }
button { font: inherit; color: var(--ink); background: var(--paper); cursor: pointer;
  border: 1px solid var(--edge); border-radius: .4rem; padding: .2rem .7rem; }
button:hover:not([aria-disabled=true]) { background: var(--panel); }
#theme { display: none; }
.js #theme { display: block; }
.badge { font-weight: 700; border-radius: .35rem; padding: .1rem .6rem;
  border: 1px solid currentColor; }
@media (max-width: 30rem) {
  h1 { font-size: 1.3rem; }
}
@media print {
  .page { max-width: none; padding: 0; }
  .js #theme { display: none; }
}
)";

// Before anything is drawn: the theme that the reader chose last, if the browser keeps such things
// for files.
inline constexpr const char* kPageThemeEarly = R"js(
(function () {
  try {
    var theme = localStorage.getItem("ptecheck-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (none) {}
})();
)js";

inline constexpr const char* kPageThemeButton = R"js(
(function () {
  "use strict";
  var root = document.documentElement, theme = document.getElementById("theme");
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function isDark() { return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches; }
  function nameTheme() { theme.textContent = isDark() ? "Light theme" : "Dark theme"; }
  theme.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("ptecheck-theme", root.dataset.theme); } catch (none) {}
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);
  nameTheme();
  root.classList.add("js");
})();
)js";

}  // namespace ptecheck

#endif
