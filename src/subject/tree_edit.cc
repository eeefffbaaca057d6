// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_edit.h"

#include <iterator>

#include "scenario/error.h"
#include "subject/pattern.h"

namespace ptecheck {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorKind::kInternal, what); }

// Where the line with position `at` begins.
size_t lineStart(const std::string& text, size_t at) {
  const size_t newline = at == 0 ? text.npos : text.rfind('\n', at - 1);
  return newline == text.npos ? 0 : newline + 1;
}

}  // namespace

TreeEdit& TreeEdit::in(const std::string& file, const std::string& function) {
  file_ = file;
  function_ = function;
  return *this;
}

// A definition starts in the first column and has no ';' before its '{'; a call is indented.
TreeEdit::Range TreeEdit::scope(const std::string& text) const {
  if (function_.empty()) return {0, text.size()};
  const std::string call = function_ + "(";
  for (size_t at = 0; (at = text.find(call, at)) != text.npos; at += call.size()) {
    const char first = text[lineStart(text, at)];
    if (first == ' ' || first == '\t' || first == '#' || first == '*') continue;
    const size_t next = text.find_first_of(";{", at);
    if (next == text.npos || text[next] == ';') continue;
    const size_t end = text.find("\n}", next);
    if (end == text.npos) break;
    return {lineStart(text, at), end + 2};
  }
  fail(file_ + " defines no function " + function_ + "().");
}

void TreeEdit::apply(const std::string& regex, const std::string& before, bool keep,
                     const std::string& after) {
  const std::optional<std::string> text = view_.read(file_);
  if (!text) fail("There is no file " + file_ + " to edit.");
  const Range range = scope(*text);
  const std::string part = text->substr(range.begin, range.end - range.begin);
  const std::vector<Pattern::Match> matches = Pattern(regex).allIn(part);
  if (matches.size() != 1)
    fail("The anchor '" + regex + "' matches " + std::to_string(matches.size()) + " times in " +
         file_ + (function_.empty() ? "" : ", function " + function_) + "; it must match once.");
  const std::string& found = matches[0].groups[0];
  const size_t at = range.begin + matches[0].position;
  view_.change(file_, text->substr(0, at) + before + (keep ? found : "") + after +
                          text->substr(at + found.size()));
}

TreeEdit& TreeEdit::replace(const std::string& regex, const std::string& text) {
  apply(regex, text, false, "");
  return *this;
}

TreeEdit& TreeEdit::insertBefore(const std::string& regex, const std::string& text) {
  apply(regex, text, true, "");
  return *this;
}

TreeEdit& TreeEdit::insertAfter(const std::string& regex, const std::string& text) {
  apply(regex, "", true, text);
  return *this;
}

TreeEdit& TreeEdit::insertBeforeFunction(const std::string& added) {
  const std::optional<std::string> text = view_.read(file_);
  if (!text) fail("There is no file " + file_ + " to edit.");
  const size_t at = scope(*text).begin;
  view_.change(file_, text->substr(0, at) + added + text->substr(at));
  return *this;
}

TreeEdit& TreeEdit::write(const std::string& file, const std::string& contents) {
  view_.change(file, contents);
  return *this;
}

TreeEdit& TreeEdit::remove(const std::string& file) {
  view_.change(file, std::nullopt);
  return *this;
}

}  // namespace ptecheck
