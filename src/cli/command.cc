// SPDX-License-Identifier: GPL-2.0-only
#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <sstream>

namespace ptecheck {

namespace {

// The command that was meant, for the hint ("ptecheck check --help").
std::string commandOf(const CLI::App& app) {
  std::string words = app.get_name();
  for (const CLI::App* command = &app; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    words += " " + command->get_name();
  }
  return words;
}

}  // namespace

Option* Option::type_name(const std::string& name) {
  option_->type_name(name);
  return this;
}

Option* Option::group(const std::string& name) {
  option_->group(name);
  return this;
}

Option* Option::allow_extra_args(bool allowed) {
  option_->allow_extra_args(allowed);
  return this;
}

Option* Option::delimiter(char between) {
  option_->delimiter(between);
  return this;
}

Option* Option::required() {
  option_->required();
  return this;
}

Option* Option::needs(Option* other) {
  option_->needs(other->option_);
  return this;
}

Option* Option::excludes(Option* other) {
  option_->excludes(other->option_);
  return this;
}

Option* Option::excludes(const std::string& other) {
  option_->excludes(other);
  return this;
}

Option* Option::among(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return this;
}

Option* Command::keep(CLI::Option* option) {
  options_.push_back(std::make_unique<Option>(option));
  return options_.back().get();
}

Option* Command::add_option(const std::string& name, std::string& value, const std::string& says) {
  return keep(app_->add_option(name, value, says));
}

Option* Command::add_option(const std::string& name, std::vector<std::string>& values,
                            const std::string& says) {
  return keep(app_->add_option(name, values, says));
}

Option* Command::add_flag(const std::string& name, bool& given, const std::string& says) {
  return keep(app_->add_flag(name, given, says));
}

Command* Command::add_subcommand(const std::string& name, const std::string& says) {
  commands_.push_back(std::make_unique<Command>(app_->add_subcommand(name, says)));
  return commands_.back().get();
}

void Command::require_subcommand() { app_->require_subcommand(1); }

void Command::footer(const std::string& text) { app_->footer(text); }

void Command::callback(std::function<void()> called) { app_->callback(std::move(called)); }

CommandLine::CommandLine(const std::string& name, const std::string& says,
                         const std::string& version)
    : app_(std::make_unique<CLI::App>(says, name)), top_(std::make_unique<Command>(app_.get())) {
  app_->set_version_flag("--version", version);
  app_->get_formatter()->column_width(24);
  app_->get_formatter()->label("TEXT", "WORD");
}

CommandLine::~CommandLine() = default;

std::optional<CommandLine::Instead> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      return Instead{true, std::string(error.what()) + ". `" + commandOf(*app_) +
                               " --help` tells what is possible"};
    std::ostringstream out;  // --help, --version
    app_->exit(error, out, out);
    return Instead{false, out.str()};
  }
  return std::nullopt;
}

}  // namespace ptecheck
