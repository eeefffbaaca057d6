// SPDX-License-Identifier: GPL-2.0-only
//
// The page of `ptecheck explain --html` in a browser: what stands on it, keys, telephone, paper.
// Without Chromium these fail: ./test installs it. Not under sanitizers, which would look at the
// browser's time alone.
#if !defined(PTECHECK_SANITIZED)
#include <gtest/gtest.h>

#include <memory>

#include "browser.h"

namespace ptecheck::program {
namespace {

const std::string kExamples = PTECHECK_SOURCE_DIR "/examples/";

// 512 pages in nine kinds, in a file whose name and title are up to no good.
const char* const kHostileName = "<script>attack()<\\script> & 'x' \"y\" #1%20.pte";
const char* const kHostile =
    "# </title><script>attack()</script><img src=x onerror=attack()> & \"quoted\"\n"
    "folio: 512 pages, lazyfree, references 1\n"
    "vma A: write\n"
    "vma B: write\n"
    "page     A        B\n"
    "0-9      wE.....  -\n"
    "10       r.D....  r......\n"
    "11-30    wE.Y...  -\n"
    "31       r......  r......\n"
    "32-60    wE.....  -\n"
    "61       r......  r......\n"
    "62-80    wED....  -\n"
    "81-90    r......  r......\n"
    "91-511   wE..S..  -\n"
    "operation: try_to_unmap\n"
    "then: A writes 0\n";

class ExplainPage : public testing::Test {
 protected:
  // One browser for all, as it takes a second to start.
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    browser_ = std::make_unique<Browser>();
    write("cve.html", {"e1/v6.16/100400000jd"});
    write("actors.html", {"anon/1:reclaim,user=S0,gup=S0", "--mutant", "gup-no-recheck"});
    write("pmd.html", {kExamples + "bad_pmd_mapped.pte"});
    write("migration.html", {kExamples + "bad_migration_pinned.pte"});
    write("vma.html", {kExamples + "bad_vma_end.pte"});
    write("good.html", {kExamples + "good_pinned.pte"});
    write("hostile.html", {scratch_->file(kHostileName, kHostile).string(), "--policy", "v6.15"});
  }
  static void TearDownTestSuite() {
    browser_.reset();
    scratch_.reset();
  }

  static const std::vector<std::string>& pages() {
    static const std::vector<std::string> all = {"cve.html",       "actors.html", "pmd.html",
                                                 "migration.html", "vma.html",    "good.html",
                                                 "hostile.html"};
    return all;
  }
  static fs::path path(const std::string& name) { return scratch_->path() / name; }
  static void open(const std::string& name, const Look& look = {},
                   const std::string& fragment = "") {
    browser_->open(path(name), look, fragment);
  }
  static json js(const std::string& expression) { return browser_->evaluate(expression); }
  static void press(const std::string& key) { browser_->press(key); }

  // Numbers of the steps that can be seen.
  static json shown() {
    return js(
        "Array.from(document.querySelectorAll('.step')).map((s, i) => s.offsetHeight ? i : -1)"
        ".filter(i => i >= 0)");
  }
  // The step that all say is shown: the slider, the words beside it, the list, the address.
  static json agreed() {
    return js(
        "[Number(document.getElementById('time').value),"
        " document.getElementById('at').textContent,"
        " Array.from(document.querySelectorAll('.rail a')).findIndex("
        "   a => a.getAttribute('aria-current') === 'step'),"
        " location.hash]");
  }
  static json agreedOn(int step, int last) {
    return {step, "Step " + std::to_string(step) + " of " + std::to_string(last), step,
            "#step-" + std::to_string(step)};
  }

 private:
  static void write(const std::string& name, Words words) {
    words.insert(words.begin(), {"explain", "--html", path(name).string()});
    const Ended ended = run(words);
    ASSERT_LE(ended.status, 1) << ended.err;
  }

  static std::unique_ptr<Scratch> scratch_;
  static std::unique_ptr<Browser> browser_;

 protected:
  static Browser& browser() { return *browser_; }
};
std::unique_ptr<Scratch> ExplainPage::scratch_;
std::unique_ptr<Browser> ExplainPage::browser_;

TEST_F(ExplainPage, ShowsTheFindingAndOneStep) {
  open("cve.html");
  EXPECT_EQ(js("document.querySelector('h1').textContent"), "e1/v6.16/100400000jd");
  EXPECT_EQ(js("document.querySelector('.badge').innerText.trim().replace(/\\s+/g, ' ')"),
            "Verdict: BROKEN");
  EXPECT_EQ(js("Array.from(document.querySelectorAll('.rule')).map(r => r.id)"),
            json({"rule-write-gained", "rule-differs", "rule-contents", "rule-soft-dirty-gained"}));
  EXPECT_EQ(js("document.querySelectorAll('.step').length"), 4);
  EXPECT_EQ(shown(), json({0}));
  EXPECT_EQ(js("document.querySelector('.command').textContent"),
            "ptecheck replay e1/v6.16/100400000jd");
  // Entries: a row a process, a column a page; what is new is named, not only coloured.
  press("ArrowRight");
  press("ArrowRight");
  EXPECT_EQ(js("Array.from(document.querySelectorAll('#step-2 tr'), r => Array.from(r.cells,"
               " c => Array.from(c.children, e => e.textContent).join(' | ') || c.textContent))"),
            json::parse(R"([["", "page 0", "page 1"],
        ["Process A", "wED·S·· | write, exclusive, +dirty, +soft-dirty | was no entry",
         "w·D·S·· | +write, dirty, +soft-dirty | was no entry"],
        ["Process B", "no entry", "r······ | read-only"]])"));
}

TEST_F(ExplainPage, KeysMoveInTime) {
  open("cve.html");
  const auto after = [&](const char* key) {
    press(key);
    return shown();
  };
  EXPECT_EQ(after("ArrowRight"), json({1}));
  EXPECT_EQ(after("ArrowRight"), json({2}));
  EXPECT_EQ(agreed(), agreedOn(2, 3));
  EXPECT_EQ(after("ArrowLeft"), json({1}));
  EXPECT_EQ(after("End"), json({3}));
  EXPECT_EQ(after("ArrowRight"), json({3}));
  EXPECT_EQ(agreed(), agreedOn(3, 3));
  EXPECT_EQ(after("Home"), json({0}));
  EXPECT_EQ(after("ArrowLeft"), json({0}));
  // Once more with the slider in focus, which has keys of its own.
  js("document.getElementById('time').focus()");
  EXPECT_EQ(after("ArrowRight"), json({1}));
  EXPECT_EQ(after("End"), json({3}));
  EXPECT_EQ(agreed(), agreedOn(3, 3));
  EXPECT_EQ(js("document.getElementById('time').getAttribute('aria-valuetext')"),
            "3. A writes to every page, without a fault");
}

TEST_F(ExplainPage, SoDoButtonsTheListAndTheAddress) {
  open("cve.html");
  browser().click("#on");
  EXPECT_EQ(shown(), json({1}));
  browser().click(".rail li:nth-child(4) a");
  EXPECT_EQ(agreed(), agreedOn(3, 3));
  browser().click("#back");
  EXPECT_EQ(agreed(), agreedOn(2, 3));
  EXPECT_EQ(shown(), json({2}));
  open("cve.html", {}, "#step-1");
  EXPECT_EQ(shown(), json({1}));
  EXPECT_EQ(agreed(), agreedOn(1, 3));
  open("cve.html", {}, "#step-99");
  EXPECT_EQ(shown(), json({3}));
}

TEST_F(ExplainPage, FetchesNothingAndHasNoErrors) {
  for (const std::string& name : pages()) {
    SCOPED_TRACE(name);
    open(name);
    press("End");
    browser().click("#theme");
    for (const std::string& address : browser().requests())
      EXPECT_TRUE(address == Browser::address(path(name)) || address == "data:,") << address;
    EXPECT_EQ(browser().complaints(), std::vector<std::string>());
    // And it could not if it wanted to.
    EXPECT_EQ(js("document.querySelectorAll('[src], link:not([href=\"data:,\"])').length"), 0);
  }
}

TEST_F(ExplainPage, TakesNamesForText) {
  open("hostile.html");
  EXPECT_EQ(js("document.scripts.length"), 3);
  EXPECT_EQ(js("document.images.length"), 0);
  EXPECT_EQ(js("typeof attack"), "undefined");
  const std::string title = js("document.title"),
                    heading = js("document.querySelector('h1').textContent");
  EXPECT_TRUE(has(title, kHostileName)) << title;
  EXPECT_TRUE(has(heading, kHostileName)) << heading;
  EXPECT_TRUE(has(js("document.querySelector('header').textContent"),
                  "</title><script>attack()</script><img src=x onerror=attack()> & \"quoted\""));
}

// What refers to something on the page finds it, and each thing has one name.
TEST_F(ExplainPage, IsOfOnePiece) {
  for (const std::string& name : pages()) {
    SCOPED_TRACE(name);
    open(name);
    EXPECT_EQ(js("(() => { const ids = Array.from(document.querySelectorAll('[id]'), e => e.id);"
                 " return ids.filter((id, i) => ids.indexOf(id) !== i); })()"),
              json::array());
    EXPECT_EQ(js("Array.from(document.querySelectorAll('a[href^=\"#\"]'), a => a.hash.slice(1))"
                 ".concat(Array.from(document.querySelectorAll('[aria-labelledby]'),"
                 " e => e.getAttribute('aria-labelledby')))"
                 ".filter(id => !document.getElementById(id))"),
              json::array());
    // Whatever can be worked has a name; tables have heads.
    EXPECT_EQ(js("Array.from(document.querySelectorAll('button, input, nav, [tabindex]')).filter("
                 "e => !e.textContent.trim() && !e.getAttribute('aria-label')).length"),
              0);
    EXPECT_EQ(js("document.querySelectorAll('th:not([scope])').length"), 0);
    EXPECT_EQ(js("document.querySelectorAll('h1').length"), 1);
  }
}

TEST_F(ExplainPage, FitsATelephone) {
  for (const std::string& name : pages()) {
    open(name, {360, 740});
    const int last = js("document.querySelectorAll('.step').length - 1");
    for (int step = 0; step <= last; ++step, press("ArrowRight")) {
      SCOPED_TRACE(name + " step " + std::to_string(step));
      ASSERT_EQ(shown(), json({step}));
      EXPECT_EQ(js("document.documentElement.scrollWidth"), 360);
    }
    // No target of a finger is smaller than 24 pixels (WCAG 2.2, 2.5.8).
    EXPECT_EQ(js("Array.from(document.querySelectorAll('.time button, .rail a')).filter("
                 "e => e.offsetHeight < 24 || e.offsetWidth < 24).length"),
              0);
  }
  // What is wider scrolls in itself, to where something changes, and stays there.
  open("hostile.html", {360, 740}, "#step-2");
  EXPECT_TRUE(
      js("(() => { const s = document.querySelector('#step-2 .scroll');"
         " return s.scrollWidth > 2 * s.clientWidth; })()"));
  js("document.querySelector('#step-2 .scroll').scrollLeft = 300");
  press("ArrowLeft");
  EXPECT_EQ(js("document.querySelector('#step-1 .scroll').scrollLeft"), 300);
}

// Colours of all text that can be seen on all of them, WCAG 2.1 AA.
TEST_F(ExplainPage, CanBeReadInBothThemes) {
  const char* const contrast = R"js((() => {
    const parse = c => { const n = c.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
    const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                         return .2126 * r + .7152 * g + .0722 * b; };
    const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                                                          if (c[3] === 1) return c; } return [255, 255, 255]; };
    document.querySelectorAll('.step').forEach(s => s.hidden = false);
    const poor = [];
    let texts = 0;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (!walk.currentNode.textContent.trim() || !e.offsetHeight) continue;
      ++texts;
      const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e).slice(0, 3));
      const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
      if (ratio < 4.5) poor.push(e.outerHTML.slice(0, 80) + ' ' + ratio.toFixed(2));
    }
    return { poor, texts, paper: light(parse(getComputedStyle(document.body).backgroundColor).slice(0, 3)) };
  })())js";
  for (const char* name : {"cve.html", "actors.html", "hostile.html", "good.html"})
    for (const char* theme : {"light", "dark"}) {
      SCOPED_TRACE(std::string(name) + " " + theme);
      Look look;
      look.theme = theme;
      open(name, look);
      for (bool switched : {false, true}) {
        if (switched) browser().click("#theme");
        const json result = js(contrast);
        EXPECT_EQ(result["poor"], json::array());
        EXPECT_GT(result["texts"], 40);
        // The reader's system says which, until the switch does.
        EXPECT_EQ(result["paper"] > .5, (theme == std::string("light")) != switched);
      }
      EXPECT_EQ(js("localStorage.getItem('ptecheck-theme')"),
                theme == std::string("light") ? "dark" : "light")
          << "and for the next page";
    }
}

TEST_F(ExplainPage, ShowsEverythingWithoutScripts) {
  Look look;
  look.scripts = false;
  open("cve.html", look);
  EXPECT_EQ(shown(), json({0, 1, 2, 3}));
  EXPECT_EQ(js("Array.from(document.querySelectorAll('.time, #theme')).filter("
               "e => e.offsetHeight).length"),
            0);
  EXPECT_EQ(js("document.documentElement.scrollWidth <= innerWidth"), true);
}

TEST_F(ExplainPage, IsPrintedWhole) {
  for (const char* name : {"cve.html", "actors.html", "hostile.html"}) {
    SCOPED_TRACE(name);
    Look look;
    look.theme = "dark";
    open(name, look);
    const std::string pdf = path("page.pdf").string(), out = path("page.txt").string();
    writeFile(pdf, fromBase64(browser().pdf()));
    ASSERT_EQ(std::system(("pdftotext -layout " + pdf + " " + out).c_str()), 0)
        << "pdftotext is of Debian's package poppler-utils (./test installs it)";
    std::string text;
    for (char c : readFile(out))
      if (std::isspace(static_cast<unsigned char>(c)) == 0) text += c;
    for (const json& title :
         js("Array.from(document.querySelectorAll('.step h3, .rule h3, .rule li'),"
            " e => e.textContent.replace(/\\s+/g, ''))"))
      EXPECT_TRUE(has(text, title)) << title << '\n' << readFile(out);
    EXPECT_FALSE(has(text, "Darktheme") || has(text, "Lighttheme"));
    const std::string raw = readFile(out);
    EXPECT_GE(std::count(raw.begin(), raw.end(), '\f'), 2) << "pages end with a form feed";
  }
}

}  // namespace
}  // namespace ptecheck::program
#endif
