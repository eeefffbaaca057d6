// SPDX-License-Identifier: GPL-2.0-only
//
// Commands and their options. The names are CLI11's, which command.cc alone includes: every file
// that knows its templates takes ten seconds to compile with sanitizers.
#ifndef PTECHECK_CLI_COMMAND_H
#define PTECHECK_CLI_COMMAND_H

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ptecheck {

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option* type_name(const std::string& name);  // in --help
  Option* group(const std::string& name);      // in --help
  Option* allow_extra_args(bool allowed);      // may one use of it take several words?
  Option* delimiter(char between);             // of several values in one word
  Option* required();
  Option* needs(Option* other);
  Option* excludes(Option* other);
  Option* excludes(const std::string& other);
  Option* among(const std::vector<std::string>& values);  // no other value is taken

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  // `name` without dashes: by its place among the words.
  Option* add_option(const std::string& name, std::string& value, const std::string& says);
  Option* add_option(const std::string& name, std::vector<std::string>& values,
                     const std::string& says);
  Option* add_flag(const std::string& name, bool& given, const std::string& says);
  Command* add_subcommand(const std::string& name, const std::string& says);
  void require_subcommand();
  void footer(const std::string& text);
  void callback(std::function<void()> called);  // if this is the command that was asked for

 private:
  Option* keep(CLI::Option* option);

  CLI::App* app_;
  std::vector<std::unique_ptr<Option>> options_;
  std::vector<std::unique_ptr<Command>> commands_;
};

// All commands of the program.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& says, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command& top() { return *top_; }

  struct Instead {
    bool mistake = false;
    std::string text;  // what is wrong; or what --help and --version print
  };
  // Calls back the command that was asked for, unless there is something else to say.
  std::optional<Instead> parse(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> app_;
  std::unique_ptr<Command> top_;
};

}  // namespace ptecheck

#endif
