// SPDX-License-Identifier: GPL-2.0-only
//
// A configuration is cached by what it was made from. Nobody can say beforehand which of a tree's
// 96,000 files that is, so it is recorded afterwards: Kconfig lists the files it read in
// include/config/auto.conf.cmd, and Kbuild lists every prerequisite of every object in .*.cmd
// files. Together with all Makefiles and scripts (the "structure", always read) they form the key:
//
//     CACHE/configurations/STRUCTURE/CONTENTS/{out/, inputs}
//
// STRUCTURE is a hash of names, scripts, fragment and compiler; `inputs` lists the recorded files
// with their hashes, and a configuration fits a tree when all of them have the same contents there.
// Modification times play no part: a copy, a worktree or a patched view of the same tree shares the
// entry.
#include "subject/tree_configure.h"

#include <unistd.h>

#include <cstring>
#include <set>
#include <sstream>

#include "scenario/error.h"
#include "subject/process.h"
#include "subject/tree_cache.h"
#include "subject/tree_files.h"
#include "subject/tree_hash.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "2";  // raise when the way of configuring changes

struct Structure {
  std::string hash, header_names;
};

Structure structureOf(const TreeView& view, ContentHashes& hashes, const AgentRecipe& recipe,
                      const TreeArch& arch, const std::string& compiler) {
  Sha256 hash, headers;
  for (const std::string& field :
       {std::string(kFormat), std::string(arch.id), recipe.fragment, compiler})
    hash.addField(field);
  for (const std::string& file : view.structure(arch.folder)) {
    hash.addField(file);
    const bool header = file.size() > 2 && file.compare(file.size() - 2, 2, ".h") == 0;
    // The contents of headers count where they are included; here only which headers there are.
    if (header)
      headers.addField(file);
    else
      hash.addField(hashes.of(file));
  }
  return {hash.hex().substr(0, 32), headers.hex().substr(0, 32)};
}

// Inputs of a configuration fit when each file still has the contents recorded for it.
bool fits(const std::string& inputs, ContentHashes& hashes) {
  std::istringstream lines(inputs);
  for (std::string hash, file; lines >> hash && std::getline(lines >> std::ws, file);)
    if (hashes.of(file) != hash) return false;
  return true;
}

// Files of the tree that the .*.cmd files below `output` name as prerequisites.
std::set<std::string> recordedInputs(const fs::path& output, const fs::path& farm) {
  std::set<std::string> files;
  const std::string farm_prefix = farm.string() + "/";
  const auto add = [&](const std::string& word, bool from_top) {
    std::string name;
    if (word.rfind("../", 0) == 0)
      name = word.substr(3);
    else if (word.rfind(farm_prefix, 0) == 0)
      name = word.substr(farm_prefix.size());
    else if (from_top && word[0] != '/' && word[0] != '$')
      name = word;
    name = fs::path(name).lexically_normal().string();
    if (!name.empty() && name[0] != '.' && name.rfind(kOutputFolder, 0) != 0) files.insert(name);
  };
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(output)) {
    const std::string name = entry.path().filename().string();
    const bool kconfig = name == "auto.conf.cmd";
    if (name.size() < 5 || name.compare(name.size() - 4, 4, ".cmd") != 0) continue;
    // rmap.o itself is no input: only its command line is used.
    if (name == ".rmap.o.cmd") continue;
    std::istringstream text(readFile(entry.path()).value_or(""));
    bool dependencies = false;
    for (std::string line; std::getline(text, line);) {
      // "deps_x := \" and "source_x := file", up to a line without a backslash at its end.
      const size_t assign = line.find(":=");
      if (line.rfind("deps_", 0) == 0 || line.rfind("source_", 0) == 0) {
        dependencies = true;
        line = line.substr(assign + 2);
      }
      if (!dependencies) continue;
      std::istringstream words(line);
      bool more = false;
      for (std::string word; words >> word;) {
        if (word == "\\")
          more = true;
        else
          add(word, kconfig);
      }
      dependencies = more;
    }
  }
  return files;
}

class Maker {
 public:
  Maker(const fs::path& farm, const TreeView& view, const ConfigureOptions& options)
      : farm_(farm), view_(view), options_(options) {}

  void make(const std::vector<std::string>& targets, const std::vector<std::string>& environment) {
    ProcessStart command;
    command.argv = {"make",
                    std::string("O=") + kOutputFolder,
                    std::string("ARCH=") + options_.arch->id,
                    "CROSS_COMPILE=" + options_.arch->tool(""),
                    "CC=" + options_.arch->tool(options_.compiler),
                    "HOSTCC=" + options_.compiler,
                    "-j" + std::to_string(options_.jobs)};
    command.argv.insert(command.argv.end(), targets.begin(), targets.end());
    command.folder = farm_;
    // Fixed, so that equal trees give equal bytes.
    command.environment = {"KBUILD_BUILD_TIMESTAMP=1970-01-01", "KBUILD_BUILD_USER=ptecheck",
                           "KBUILD_BUILD_HOST=ptecheck"};
    command.environment.insert(command.environment.end(), environment.begin(), environment.end());
    const CommandResult result = runCommand(command);
    if (result.ok()) return;
    const std::string all = userPaths(result.output + result.error, farm_, view_.root());
    const std::string named = userPaths(result.error, farm_, view_.root());
    std::string message = "The kernel tree " + view_.root().string() +
                          " cannot be configured for " + options_.arch->id + ": `make " +
                          targets.back() + "` failed.\n" +
                          lastLines(named.size() > 40 ? named : all, 12);
    if (all.find("gelf.h") != all.npos || all.find("libelf") != all.npos)
      message += "\nInstall libelf's headers: apt-get install libelf-dev.";
    else
      message +=
          "\nCheck that `make O=/some/folder defconfig prepare mm/rmap.o` works in this tree.";
    throw Error(ErrorKind::kCannotTest, message);
  }

 private:
  fs::path farm_;
  const TreeView& view_;
  const ConfigureOptions& options_;
};

// Host programs and objects are of no use once the headers are there.
void removeObjects(const fs::path& output) {
  std::error_code ignored;
  fs::remove_all(output / "tools", ignored);
  fs::remove_all(output / "scripts", ignored);
  fs::remove_all(output / "mm", ignored);
  fs::remove(output / "source", ignored);
}

}  // namespace

const std::string& ContentHashes::of(const std::string& file) {
  auto [entry, fresh] = hashes_.try_emplace(file);
  if (fresh) {
    const std::optional<std::string> contents = view_.read(file);
    entry->second = contents ? sha256(*contents) : "-";
  }
  return entry->second;
}

std::string compilerIdentity(const TreeArch& arch, const std::string& compiler) {
  std::string out;
  for (const std::string& tool : {arch.tool(compiler), arch.tool("ld")}) {
    const std::string text = runCommand({{tool, "--version"}, {}, {}, {}}).output;
    out += text.substr(0, text.find('\n')) + "\n";
  }
  return out;
}

std::string userPaths(const std::string& text, const fs::path& farm, const fs::path& tree) {
  std::string out;
  const std::string top = farm.string();
  for (size_t i = 0; i < text.size();) {
    if (text.compare(i, top.size(), top) == 0) {
      out += tree.string();
      i += top.size();
      const std::string back = std::string("/") + kOutputFolder + "/..";
      if (text.compare(i, back.size(), back) == 0) i += back.size();
    } else if (text.compare(i, 3, "../") == 0 &&
               (i == 0 || std::strchr(" \n\t('`\"", text[i - 1]))) {
      out += tree.string() + "/";
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

ConfiguredTree configureTree(const TreeView& view, const AgentRecipe& recipe, ContentHashes& hashes,
                             const ConfigureOptions& options) {
  const TreeArch& arch = *options.arch;
  const std::string compiler = compilerIdentity(arch, options.compiler);
  ConfiguredTree tree;
  const Structure structure = structureOf(view, hashes, recipe, arch, compiler);
  tree.header_names = structure.header_names;
  const fs::path folder = options.cache / "configurations" / structure.hash;
  const auto found = [&] {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
      const std::optional<std::string> inputs = readFile(entry.path() / "inputs");
      if (!inputs || !fits(*inputs, hashes)) continue;
      markUsed(entry.path());
      tree.output = entry.path() / "out";
      tree.command = readFile(entry.path() / "command").value_or("");
      tree.identity = entry.path().filename().string();
      return true;
    }
    return false;
  };
  if (found()) return tree;

  // One at a time: a second ptecheck waits here and then finds the first one's result.
  FileLock lock(options.cache / "configurations" / "lock");
  if (found()) return tree;
  requireTools(
      {"make", options.compiler, "ld", "ar", "flex", "bison", "bc", "awk", "sed", "find", "cmp"});
  const std::string kconfig = std::string("arch/") + arch.folder + "/Kconfig";
  if (!view.exists(kconfig))
    throw Error(ErrorKind::kCannotTest, "The kernel tree " + view.root().string() + " has no " +
                                            kconfig + ", so it cannot be run for " + arch.id + ".");
  if (options.progress)
    options.progress("configuring " + view.root().string() + " for " + arch.id +
                     " (once; runs this tree's own `make prepare`)");
  TemporaryFolder work(options.cache / "work");
  const fs::path farm = work.path() / "farm";
  view.linkTo(farm, arch.folder);
  writeFile(work.path() / "fragment", recipe.fragment);
  Maker maker(farm, view, options);
  // allnoconfig with the fragment as presets is tinyconfig, merge and olddefconfig in one.
  maker.make({"allnoconfig"}, {"KCONFIG_ALLCONFIG=" + (work.path() / "fragment").string()});
  maker.make({"prepare"}, {});
  maker.make({"mm/rmap.o"}, {});

  const fs::path output = farm / kOutputFolder;
  const fs::path entry = work.path() / "entry";
  Sha256 contents;
  std::string inputs;
  for (const std::string& file : recordedInputs(output, farm)) {
    inputs += hashes.of(file) + " " + file + "\n";
    contents.addField(file);
    contents.addField(hashes.of(file));
  }
  writeFile(entry / "inputs", inputs);
  writeFile(entry / "command", readFile(output / "mm/.rmap.o.cmd").value_or(""));
  removeObjects(output);
  fs::rename(output, entry / "out");
  TemporaryFolder finished(folder);
  fs::rename(entry, finished.path() / "entry");
  makeFolder(folder);
  const fs::path target = folder / contents.hex().substr(0, 32);
  if (rename((finished.path() / "entry").c_str(), target.c_str()) != 0 && !fs::exists(target))
    throw Error(ErrorKind::kCannotTest, "Cannot write " + target.string() + ".");
  if (!found())
    throw Error(ErrorKind::kCannotTest, "The kernel tree " + view.root().string() +
                                            " changed while it was being configured. Run again.");
  return tree;
}

}  // namespace ptecheck
