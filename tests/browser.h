// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: a page in Chromium without a window, as a reader has it in front of them. The browser
// is spoken to in its own protocol (https://chromedevtools.github.io/devtools-protocol) over two
// pipes: messages in JSON, each ended by a zero byte. Nothing listens on a port.
#ifndef PTECHECK_TESTS_BROWSER_H
#define PTECHECK_TESTS_BROWSER_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "program.h"

namespace ptecheck::program {

struct Look {
  int width = 1200, height = 900;
  const char* theme = "light";  // what the reader's system prefers
  bool scripts = true;
};

class Browser {
 public:
  Browser() {
    start();
    const json target = call("Target.createTarget", {{"url", "about:blank"}});
    session_ = call("Target.attachToTarget",
                    {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
    for (const char* domain : {"Page", "Network", "Runtime", "Log"})
      call(std::string(domain) + ".enable");
  }
  // All its processes are of one group, and go together; it may still write to its folder until
  // they are gone.
  ~Browser() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    for (int fd : {to_, from_}) ::close(fd);
    for (int tries = 0; ::kill(-pid_, 0) == 0 && tries < 100; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  // Opens a page (with "#..." behind it, if that is `fragment`) and waits until it is there.
  void open(const fs::path& page, const Look& look = {}, const std::string& fragment = "") {
    call("Emulation.setScriptExecutionDisabled", {{"value", !look.scripts}});
    call("Emulation.setDeviceMetricsOverride", {{"width", look.width},
                                                {"height", look.height},
                                                {"deviceScaleFactor", 1},
                                                {"mobile", look.width < 500}});
    call("Emulation.setEmulatedMedia",
         {{"features", {{{"name", "prefers-color-scheme"}, {"value", look.theme}}}}});
    // From elsewhere, so that another fragment of the same page loads it anew.
    load("about:blank");
    // What pages have kept here, such as a theme, is of earlier tests.
    call("Storage.clearDataForOrigin", {{"origin", "file://"}, {"storageTypes", "local_storage"}});
    requests_.clear();
    complaints_.clear();
    load(address(page) + fragment);
  }

  // The value of an expression of JavaScript on the page.
  json evaluate(const std::string& expression) {
    const json result =
        call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}});
    if (result.contains("exceptionDetails"))
      throw std::runtime_error(expression + ": " + result["exceptionDetails"].dump());
    return result["result"].value("value", json());
  }

  // As a finger on the keyboard does it: "ArrowRight", "Home", "Tab".
  void press(const std::string& key) {
    static const std::map<std::string, int> codes = {{"Tab", 9},        {"Enter", 13},
                                                     {"End", 35},       {"Home", 36},
                                                     {"ArrowLeft", 37}, {"ArrowRight", 39}};
    for (const char* type : {"rawKeyDown", "keyUp"})
      call("Input.dispatchKeyEvent",
           {{"type", type}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", codes.at(key)}});
  }

  // A press of the mouse in the middle of what `selector` finds first.
  void click(const std::string& selector) {
    const json at = evaluate("(function () { var e = document.querySelector('" + selector +
                             "'); e.scrollIntoView({ block: 'center' });"
                             " var b = e.getBoundingClientRect();"
                             " return [b.left + b.width / 2, b.top + b.height / 2]; })()");
    for (const char* type : {"mousePressed", "mouseReleased"})
      call("Input.dispatchMouseEvent",
           {{"type", type}, {"x", at[0]}, {"y", at[1]}, {"button", "left"}, {"clickCount", 1}});
  }

  // What a printer would get; what a reader would see (PNG). In base64.
  std::string pdf() { return call("Page.printToPDF", {{"preferCSSPageSize", true}})["data"]; }
  std::string picture() { return call("Page.captureScreenshot", {{"format", "png"}})["data"]; }

  // Since the page was opened: what was asked for, the page itself included, and what the browser
  // has to say against it (errors, warnings, what the page wrote to its console).
  const std::vector<std::string>& requests() const { return requests_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

  static std::string address(const fs::path& page) {
    std::string text = "file://";
    for (unsigned char c : page.string()) {
      static constexpr char kDigits[] = "0123456789ABCDEF";
      if (std::isalnum(c) != 0 ||
          std::string("/._-").find(static_cast<char>(c)) != std::string::npos)
        text += static_cast<char>(c);
      else
        text += {'%', kDigits[c / 16], kDigits[c % 16]};
    }
    return text;
  }

 private:
  static constexpr int kPatience = 60'000;  // milliseconds, for one answer

  void start() {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipes");
    const std::string folder = "--user-data-dir=" + scratch_.path().string();
    const std::string log = (scratch_.path() / "log").string();
    // Root has no use for the sandbox, and Chromium refuses to start with it.
    const char* const words[] = {"chromium",
                                 "--headless",
                                 "--no-sandbox",
                                 "--disable-gpu",
                                 "--no-first-run",
                                 "--disable-extensions",
                                 "--disable-background-networking",
                                 "--disable-component-update",
                                 "--disable-dev-shm-usage",
                                 "--remote-debugging-pipe",
                                 folder.c_str(),
                                 nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      // It reads from 3 and writes to 4, whatever those are now.
      const int in = ::fcntl(to[0], F_DUPFD, 10), out = ::fcntl(from[1], F_DUPFD, 10);
      const int err = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
      ::dup2(err, 1);
      ::dup2(err, 2);
      ::dup2(in, 3);
      ::dup2(out, 4);
      ::close(in);
      ::close(out);
      ::execvp(words[0], const_cast<char* const*>(words));
      ::_exit(127);
    }
    ::setpgid(pid_, pid_);
    ::close(to[0]);
    ::close(from[1]);
    to_ = to[1];
    from_ = from[0];
    ::signal(SIGPIPE, SIG_IGN);
  }

  void load(const std::string& url) {
    loaded_ = false;
    const json result = call("Page.navigate", {{"url", url}});
    if (result.contains("errorText")) throw std::runtime_error(url + ": " + result.dump());
    while (!loaded_) next();
  }

  json call(const std::string& method, const json& parameters = json::object()) {
    json message = {{"id", ++last_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string text = message.dump();
    for (std::size_t sent = 0; sent <= text.size();) {
      const ssize_t some = ::write(to_, text.c_str() + sent, text.size() + 1 - sent);
      if (some < 0) gone();
      sent += static_cast<std::size_t>(some);
    }
    for (;;) {
      const json answer = next();
      if (answer.value("id", 0) != last_) continue;
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer.dump());
      return answer["result"];
    }
  }

  // One message; events leave their traces.
  json next() {
    std::size_t end;
    while ((end = text_.find('\0')) == std::string::npos) {
      pollfd wait = {from_, POLLIN, 0};
      char some[65536];
      const ssize_t count = ::poll(&wait, 1, kPatience) == 1 ? ::read(from_, some, sizeof some) : 0;
      if (count <= 0) gone();
      text_.append(some, static_cast<std::size_t>(count));
    }
    json message = json::parse(text_.substr(0, end));
    text_.erase(0, end + 1);
    const std::string event = message.value("method", "");
    if (event == "Page.loadEventFired") loaded_ = true;
    if (event == "Network.requestWillBeSent")
      requests_.push_back(message["params"]["request"]["url"]);
    if (event == "Runtime.exceptionThrown" || event == "Runtime.consoleAPICalled" ||
        (event == "Log.entryAdded" && message["params"]["entry"]["level"] != "verbose"))
      complaints_.push_back(message["params"].dump());
    return message;
  }

  [[noreturn]] void gone() {
    throw std::runtime_error(
        "Chromium does not answer. Is Debian's package `chromium` installed (./test does it)? " +
        readFile(scratch_.path() / "log"));
  }

  const Scratch scratch_;
  pid_t pid_ = 0;
  int to_ = -1, from_ = -1, last_ = 0;
  bool loaded_ = false;
  std::string session_, text_;
  std::vector<std::string> requests_, complaints_;
};

// The bytes that `text` stands for.
inline std::string fromBase64(const std::string& text) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace ptecheck::program

#endif
