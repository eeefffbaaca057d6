// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_tools.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_arch.h"

namespace ptecheck {
namespace {

// Configuring a tree and compiling it for this machine; clang's code is what `prove` reads.
constexpr const char* kAlways[] = {"gcc",   "libc6-dev", "make",       "flex",
                                   "bison", "bc",        "libelf-dev", "libssl-dev",
                                   "patch", "xz-utils",  "binutils",   "clang-14"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// apt-get needs what the environment says of proxies; nothing else that we run does.
std::vector<std::string> aptEnvironment() {
  std::vector<std::string> environment = {"DEBIAN_FRONTEND=noninteractive"};
  for (const char* name : {"http_proxy", "https_proxy", "no_proxy"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  return environment;
}

}  // namespace

std::vector<std::string> treePackages(std::span<const std::string> archs) {
  std::vector<std::string> packages(std::begin(kAlways), std::end(kAlways));
  for (const std::string& arch : archs)
    for (const std::string& package : treeArch(arch).packages())
      if (std::find(packages.begin(), packages.end(), package) == packages.end())
        packages.push_back(package);
  return packages;
}

std::vector<std::string> missingPackages(const std::vector<std::string>& packages) {
  if (!inPath("dpkg-query") || !inPath("apt-get"))
    throw Error(
        ErrorKind::kCannotTest,
        "This is no Debian system: there is no dpkg-query and apt-get in PATH. Packages are "
        "known by Debian's names alone; what is needed is in: " +
            joined(packages) + ".");
  std::vector<std::string> missing;
  for (const std::string& package : packages) {
    // Fails for packages that were never heard of.
    const CommandResult result =
        runCommand({{"dpkg-query", "-W", "-f=${db:Status-Status}", package}, {}, {}, {}});
    if (!result.ok() || result.output != "installed") missing.push_back(package);
  }
  return missing;
}

void installPackages(const std::vector<std::string>& packages,
                     const std::function<void(const std::string&)>& say) {
  const std::string by_hand = "Install by hand, as root: apt-get install " + joined(packages) + ".";
  const bool root = geteuid() == 0;
  if (!root && !inPath("sudo"))
    throw Error(
        ErrorKind::kCannotTest,
        "Packages are missing, and only root can install them (there is no sudo in PATH). " +
            by_hand);
  const std::vector<std::vector<std::string>> steps = {
      {"apt-get", "update", "-qq"},
      {"apt-get", "install", "-y", "-qq", "--no-install-recommends"},
  };
  for (const std::vector<std::string>& step : steps) {
    ProcessStart command;
    command.at_terminal = true;
    command.environment = aptEnvironment();
    command.argv = step;
    if (step[1] == "install")
      command.argv.insert(command.argv.end(), packages.begin(), packages.end());
    if (!root) command.argv.insert(command.argv.begin(), "sudo");
    say("running " + joined(command.argv));
    const CommandResult result = runCommand(command);
    if (!result.ok())
      throw Error(ErrorKind::kCannotTest, "`" + joined(command.argv) + "` failed:\n" +
                                              lastLines(result.output + result.error, 10) + "\n" +
                                              by_hand);
  }
  if (const std::vector<std::string> still = missingPackages(packages); !still.empty())
    throw Error(
        ErrorKind::kCannotTest,
        "apt-get reported success, but these packages are still missing: " + joined(still) + ".");
}

}  // namespace ptecheck
