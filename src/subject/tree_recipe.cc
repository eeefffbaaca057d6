// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_recipe.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/tree_cache.h"
#include "subject/tree_embedded.h"
#include "subject/tree_files.h"
#include "subject/tree_hash.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// kernel_agent/NAME, and behind it arch/FOLDER/NAME: one of the two may be missing.
std::string recipeText(const TreeArch& arch, const std::string& name) {
  std::string text;
  bool found = false;
  for (const std::string& path :
       {"kernel_agent/" + name, std::string("kernel_agent/arch/") + arch.folder + "/" + name})
    for (const EmbeddedFile& file : embedded_agent())
      if (file.path == path) text += file.contents, found = true;
  if (!found)
    throw Error(ErrorKind::kInternal, "The file " + name + " is not embedded in this executable.");
  return text;
}

// "FILE /line's regular expression/ => text ; reason"
Substitution parseSubstitution(const std::string& line) {
  static const Pattern form("(\\S+) +/(.*)/ => (.*) ; (.*)");
  const std::optional<Pattern::Match> match = form.match(line);
  if (!match)
    throw Error(ErrorKind::kInternal, "substitutions.txt has a line of unknown form: " + line);
  return {match->groups[1], match->groups[2], match->groups[3], match->groups[4]};
}

bool isIdentifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Calls see(name, position after it, is the name of a #define) for every identifier of a text.
template <typename See>
void eachIdentifier(const std::string& text, See see) {
  bool define = false;
  for (size_t i = 0; i < text.size();) {
    if (!isIdentifier(text[i])) {
      if (text[i] == '\n') define = false;
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && isIdentifier(text[end])) ++end;
    const std::string_view name(text.data() + i, end - i);
    if (!std::isdigit(static_cast<unsigned char>(text[i]))) see(name, end, define);
    define = name == "define" && i > 0 && text[i - 1] == '#';
    i = end;
  }
}

std::unordered_set<std::string_view> identifiers(const std::string& text) {
  std::unordered_set<std::string_view> out;
  eachIdentifier(text, [&](std::string_view name, size_t, bool) { out.insert(name); });
  return out;
}

// Arguments of the list that opens at text[open]; "(void)" and "()" have none.
unsigned countArguments(const std::string& text, size_t open) {
  int depth = 0;
  unsigned commas = 0;
  size_t i = open;
  for (; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) break;
    if (text[i] == ',' && depth == 1) ++commas;
  }
  const std::string inside = text.substr(open + 1, i - open - 1);
  const bool empty = inside.find_first_not_of(" \n\t") == inside.npos || inside == "void";
  return empty ? 0 : commas + 1;
}

// Of the first occurrence as a function, not a macro; 0 if there is none.
unsigned argumentsOf(const std::string& text, std::string_view function) {
  std::optional<unsigned> count;
  eachIdentifier(text, [&](std::string_view name, size_t end, bool define) {
    if (count || define || name != function) return;
    const size_t open = text.find_first_not_of(" \t\n", end);
    if (open != text.npos && text[open] == '(') count = countArguments(text, open);
  });
  return count.value_or(0);
}

}  // namespace

AgentRecipe loadRecipe(const fs::path& cache, const TreeArch& arch) {
  AgentRecipe recipe;
  Sha256 hash;
  for (const EmbeddedFile& file : embedded_agent())
    hash.addField(file.path), hash.addField(file.contents);
  recipe.identity = hash.hex().substr(0, 32);
  recipe.folder = cache / "agent-source" / recipe.identity;
  markUsed(recipe.folder);
  if (!fs::exists(recipe.folder)) {
    TemporaryFolder folder(cache / "agent-source");
    for (const EmbeddedFile& file : embedded_agent())
      writeFile(folder.path() / std::string(file.path), file.contents);
    folder.renameTo(recipe.folder);
  }
  recipe.fragment = recipeText(arch, "fragment.config");
  recipe.drop_flags = dataLines(recipeText(arch, "drop_flags.txt"));
  recipe.add_flags = dataLines(recipeText(arch, "add_flags.txt"));
  recipe.spellings = dataLines(recipeText(arch, "spellings.txt"));
  for (const std::string& line : dataLines(recipeText(arch, "neighbours.txt"))) {
    const std::string in = " in ";
    const size_t at = line.find(in);
    if (at == line.npos)
      recipe.neighbours.push_back(line);
    else
      recipe.inside.push_back({line.substr(0, at), line.substr(at + in.size())});
  }
  for (const std::string& line : dataLines(recipeText(arch, "substitutions.txt")))
    recipe.substitutions.push_back(parseSubstitution(line));
  for (const std::string& line : dataLines(recipeText(arch, "required.txt"))) {
    RequiredSpelling required;
    const size_t end = line.find_first_of(" \t");
    std::istringstream names(line.substr(0, end));
    for (std::string name; std::getline(names, name, '|');) required.alternatives.push_back(name);
    const size_t reason = line.find_first_not_of(" \t", end);
    if (reason != line.npos) required.reason = line.substr(reason);
    recipe.required.push_back(required);
  }
  return recipe;
}

std::vector<std::string> splitCommand(const std::string& command) {
  std::vector<std::string> out;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote) {
      if (c == quote)
        quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < command.size())
        word += command[++i];
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c, inside = true;
    } else if (c == '\\' && i + 1 < command.size()) {
      word += command[++i], inside = true;
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      if (inside) out.push_back(word);
      word.clear(), inside = false;
    } else {
      word += c, inside = true;
    }
  }
  if (inside) out.push_back(word);
  return out;
}

std::vector<std::string> compileFlags(const AgentRecipe& recipe, const std::string& cmd_file) {
  // "savedcmd_mm/rmap.o := gcc ... ../mm/rmap.c ; objtool ..."; before 6.3 the name was cmd_.
  std::string line = cmd_file.substr(0, cmd_file.find('\n'));
  const size_t assign = line.find(":=");
  if (assign == line.npos)
    throw Error(ErrorKind::kCannotTest,
                "Kbuild's record of how mm/rmap.o is compiled has an unknown form: " +
                    line.substr(0, 80) + ".");
  line = line.substr(assign + 2);
  std::string pattern;
  for (const std::string& expression : recipe.drop_flags)
    pattern += (pattern.empty() ? "(" : "|(") + expression + ")";
  const Pattern drop(pattern, Pattern::Grammar::kPosixExtended);
  const std::vector<std::string> words = splitCommand(line.substr(0, line.find(" ; ")));
  std::vector<std::string> flags;
  for (size_t i = 1; i < words.size(); ++i)
    if (!drop.matches(words[i])) flags.push_back(words[i]);
  flags.insert(flags.end(), recipe.add_flags.begin(), recipe.add_flags.end());
  return flags;
}

std::string haveHeader(const AgentRecipe& recipe, const std::string& preprocessed,
                       const std::string& rmap) {
  const std::unordered_set<std::string_view> names = identifiers(preprocessed);
  std::string out = "/* Generated: which spellings this tree has. */\n";
  for (std::string name : recipe.spellings) {
    const bool function = name.size() > 2 && name.substr(name.size() - 2) == "()";
    if (function) name.resize(name.size() - 2);
    if (!names.count(name)) continue;
    out += "#define HAVE_" + name + " 1\n";
    if (function)
      out += "#define NARGS_" + name + " " + std::to_string(argumentsOf(preprocessed, name)) + "\n";
  }
  const std::unordered_set<std::string_view> called = identifiers(rmap);
  for (const char* name : {"folio_pte_batch", "folio_pte_batch_flags"})
    if (called.count(name)) out += std::string("#define RMAP_CALLS_") + name + " 1\n";
  return out;
}

std::string missingSpellings(const AgentRecipe& recipe, const std::string& preprocessed) {
  const std::unordered_set<std::string_view> names = identifiers(preprocessed);
  std::string out;
  for (const RequiredSpelling& required : recipe.required) {
    std::string spellings;
    bool found = false;
    for (const std::string& name : required.alternatives) {
      found = found || names.count(name);
      spellings += (spellings.empty() ? "" : " or ") + name;
    }
    if (!found) out += (out.empty() ? "  " : "\n  ") + spellings + ": " + required.reason;
  }
  return out;
}

}  // namespace ptecheck
