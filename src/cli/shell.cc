// SPDX-License-Identifier: GPL-2.0-only
#include "cli/shell.h"

#include <string_view>

namespace ptecheck {

std::string inShell(const std::string& word) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/+:,=%@";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string treeArguments(const TreeWords& tree) {
  if (!tree.given()) return "";
  std::string text = " --kernel " + inShell(tree.kernel);
  for (const std::string& patch : tree.patches) text += " --patch " + inShell(patch);
  return text;
}

}  // namespace ptecheck
