// SPDX-License-Identifier: GPL-2.0-only
//
// Installing packages, with programs in place of dpkg-query, apt-get and sudo that only write down
// what they were asked for.
#include "subject/tree_tools.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "scenario/error.h"
#include "subject/tree_arch.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A machine on which only `installed` is installed; `apt` is what apt-get does.
class ToolsTest : public testing::Test {
 protected:
  ToolsTest() : folder_(fs::temp_directory_path()), path_(std::getenv("PATH")) {
    // Lines are "NAME", and dpkg-query is asked for one name, last.
    program("dpkg-query", "for name; do :; done; grep -qx -- \"$name\" " + at("installed") +
                              " && printf installed || { echo no packages found >&2; exit 1; }");
    program("sudo", "echo sudo >> " + at("log") + "; exec \"$@\"");
    program("apt-get", "echo apt-get $* >> " + at("log") +
                           "; [ $1 = update ] && exit 0; for name; do echo $name; done >> " +
                           at("installed"));
    std::ofstream(at("installed")) << "gcc\nmake\n";
    setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  ~ToolsTest() override { setenv("PATH", path_.c_str(), 1); }

  std::string at(const char* name) const { return (folder_.path() / name).string(); }
  void program(const char* name, const std::string& script) {
    std::ofstream(at(name)) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(at(name), fs::perms::owner_all);
  }
  std::string log() const { return contents(at("log")); }

  Words said_;
  const std::function<void(const std::string&)> say_ = [this](const std::string& what) {
    said_.push_back(what);
  };

 private:
  TemporaryFolder folder_;
  std::string path_;
};

TEST_F(ToolsTest, WhatIsMissingIsInstalledByNameAfterSayingSo) {
  const Words missing = missingPackages({"gcc", "flex", "make", "qemu-user"});
  EXPECT_EQ(missing, (Words{"flex", "qemu-user"}));
  installPackages(missing, say_);
  const std::string sudo = geteuid() == 0 ? "" : "sudo\n";
  EXPECT_EQ(log(), sudo + "apt-get update -qq\n" + sudo +
                       "apt-get install -y -qq --no-install-recommends flex qemu-user\n");
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_TRUE(said_[1].ends_with("--no-install-recommends flex qemu-user")) << said_[1];
  EXPECT_EQ(missingPackages({"gcc", "flex", "make", "qemu-user"}), Words{});
}

TEST_F(ToolsTest, AFailureNamesTheCommandAndWhatToDo) {
  program("apt-get", "echo E: no network >&2; exit 100");
  try {
    installPackages({"flex"}, say_);
    ADD_FAILURE() << "installed?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCannotTest);
    for (const char* part : {"apt-get update", "no network", "as root: apt-get install flex."})
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST_F(ToolsTest, SuccessIsNotBelievedBlindly) {
  program("apt-get", "exit 0");
  try {
    installPackages({"flex"}, say_);
    ADD_FAILURE() << "installed?";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("still missing: flex"), std::string::npos)
        << error.what();
  }
}

TEST_F(ToolsTest, OtherSystemsAreToldWhatIsNeeded) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  try {
    missingPackages({"flex"});
    ADD_FAILURE() << "found?";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCannotTest);
    EXPECT_NE(std::string(error.what()).find("flex"), std::string::npos) << error.what();
  }
  setenv("PATH", path.c_str(), 1);
}

TEST(Tools, PackagesOfAnArchitectureAndNoOther) {
  const Words s390 = treePackages(Words{"x86_64", "s390"});
  for (const char* name : {"flex", "gcc-s390x-linux-gnu", "libc6-dev-s390x-cross", "qemu-user"})
    EXPECT_EQ(std::count(s390.begin(), s390.end(), name), 1) << name;
  EXPECT_EQ(std::count(s390.begin(), s390.end(), "gcc-aarch64-linux-gnu"), 0);
  EXPECT_THROW(treePackages(Words{"vax"}), Error);
}

// One list for users of ./run and ./test, another for those of an installed ptecheck.
TEST(Tools, PackagesAreThoseOfPackagesSh) {
  std::istringstream script(contents(PTECHECK_SOURCE_DIR "/cmake/packages.sh"));
  Words theirs = {"libc6-dev"};  // comes with g++
  bool inside = false;
  for (std::string line; std::getline(script, line);) {
    if (line.starts_with("kernel_packages=(") || line.starts_with("cross_packages=("))
      inside = true;
    if (!inside) continue;
    const bool last = line.find(')') != std::string::npos;
    line.erase(std::remove(line.begin(), line.end(), ')'), line.end());
    std::istringstream words(line.substr(line.find('(') + 1));  // npos + 1 is 0
    theirs.insert(theirs.end(), std::istream_iterator<std::string>(words), {});
    if (last) inside = false;
  }
  Words archs;
  for (const TreeArch& arch : treeArchs()) archs.emplace_back(arch.id);
  Words ours = treePackages(archs);
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace ptecheck
