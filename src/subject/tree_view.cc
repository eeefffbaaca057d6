// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_view.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "scenario/error.h"
#include "scenario/stop.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// Folders that make looks into for our targets (configuration, `prepare`, mm/rmap.o), and that an
// in-place build fills with products make would take for its own through VPATH.
// With them goes arch/X of the architecture at hand.
const char* const kMirrored[] = {"include", "kernel", "lib", "mm", "scripts"};

std::vector<std::string> mirroredFor(const std::string& arch) {
  std::vector<std::string> out = {"arch/" + arch};
  out.insert(out.end(), std::begin(kMirrored), std::end(kMirrored));
  return out;
}

// Written by a build next to sources, without a .NAME.cmd beside it.
const std::set<std::string>& unmarkedProducts() {
  static const std::set<std::string> names = {".config",
                                              ".git",
                                              "include/config",
                                              "include/generated",
                                              "scripts/mod/devicetable-offsets.h",
                                              "scripts/mod/elfconfig.h",
                                              "kernel/config_data",
                                              "kernel/config_data.gz",
                                              "kernel/kheaders.md5",
                                              "lib/crc32table.h",
                                              "lib/crc64table.h",
                                              "lib/gen_crc32table",
                                              "arch/x86/lib/inat-tables.c",
                                              "System.map",
                                              "vmlinux",
                                              "vmlinux.o",
                                              "vmlinux.symvers",
                                              "vmlinux.unstripped",
                                              ".version",
                                              ".missing-syscalls.d",
                                              "source"};
  return names;
}

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool under(const std::string& path, const std::string& folder) {
  return folder.empty() || path == folder ||
         (path.size() > folder.size() && path.compare(0, folder.size(), folder) == 0 &&
          path[folder.size()] == '/');
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

struct Entry {
  std::string name;
  bool folder;
};

// Sorted by name. Links inside the tree (scripts/dtc/include-prefixes) count as files: linking to a
// link is enough.
std::vector<Entry> list(const fs::path& folder) {
  std::vector<Entry> out;
  DIR* directory = opendir(folder.c_str());
  if (!directory) return out;
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status;
      is_folder = lstat((folder / name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    }
    out.push_back({name, is_folder});
  }
  closedir(directory);
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return out;
}

std::vector<std::string> namesOf(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return names;
}

void link(const fs::path& target, const fs::path& name) {
  if (symlink(target.c_str(), name.c_str()) != 0)
    throw Error(ErrorKind::kCannotTest, "Cannot create the symbolic link " + name.string() + ": " +
                                            std::strerror(errno) +
                                            ". The cache folder can be moved with PTECHECK_CACHE.");
}

// In a farm: a link to the tree's top, through which all others go. Links are kept short because
// ext4 keeps targets below 60 characters in the inode; 10,000 links with longer ones take 16 s to
// remove, these 0.1 s.
constexpr const char* kTop = ".t";

// "include/linux" -> "../../.t/"
std::string wayToTop(const std::string& folder) {
  std::string way;
  if (!folder.empty())
    for (auto n = std::count(folder.begin(), folder.end(), '/') + 1; n > 0; --n) way += "../";
  return way + kTop + "/";
}

// Decides configuration or the meaning of an #include by its mere presence.
bool isStructural(const std::string& folder, const std::string& name) {
  if (name[0] == '.' || name.back() == '~' || endsWith(name, ".orig") || endsWith(name, ".rej"))
    return false;
  if (under(folder, "scripts")) return true;
  return endsWith(name, ".h") || endsWith(name, ".tbl") || name.rfind("Makefile", 0) == 0 ||
         name.rfind("Kbuild", 0) == 0 || name.rfind("Kconfig", 0) == 0;
}

void checkIsKernel(const fs::path& given, const fs::path& root) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::kCannotTest, why + " Give the top folder of a Linux source tree" +
                                            " (`ptecheck kernel get 6.12` fetches one).");
  };
  DIR* directory = opendir(root.c_str());
  if (!directory)
    refuse("Cannot read the kernel tree " + given.string() + ": " + std::strerror(errno) + ".");
  closedir(directory);
  if (list(root).empty()) refuse("The folder " + given.string() + " is empty.");
  for (const char* file :
       {"Makefile", "Kconfig", "mm/rmap.c", "arch/x86/Kconfig", "scripts/Kbuild.include"}) {
    if (access((root / file).c_str(), R_OK) == 0) continue;
    if (errno == ENOENT)
      refuse(given.string() + " is not a Linux kernel tree: it has no " + file + ".");
    refuse((given / file).string() + " cannot be read: " + std::strerror(errno) + ".");
  }
}

}  // namespace

TreeView::TreeView(const fs::path& root) {
  std::error_code error;
  root_ = fs::canonical(root, error);
  if (error) root_ = fs::absolute(root).lexically_normal();
  checkIsKernel(root, root_);
}

std::optional<std::string> TreeView::read(const std::string& file) const {
  auto changed = changes_.find(file);
  return changed != changes_.end() ? changed->second : readFile(root_ / file);
}

bool TreeView::exists(const std::string& file) const {
  auto changed = changes_.find(file);
  if (changed != changes_.end()) return changed->second.has_value();
  return access((root_ / file).c_str(), F_OK) == 0;
}

void TreeView::change(const std::string& file, std::optional<std::string> contents) {
  changes_[file] = std::move(contents);
}

bool TreeView::isProduct(const std::string& folder, const std::string& name,
                         const std::vector<std::string>& siblings) {
  // Kbuild leaves the command that made X in .X.cmd beside it.
  const std::string mark = "." + name + ".cmd";
  if (std::binary_search(siblings.begin(), siblings.end(), mark)) return true;
  for (const char* end : {".o", ".a", ".ko", ".cmd", ".mod", ".mod.c", ".symvers", ".order"})
    if (endsWith(name, end)) return true;
  if (name[0] == '.' && endsWith(name, ".d")) return true;
  // arch/*/include/generated
  if (name == "generated" && under(folder, "arch") && endsWith(folder, "/include")) return true;
  return name.rfind(".tmp_", 0) == 0 || unmarkedProducts().count(join(folder, name)) > 0;
}

// A folder that is made for real in the farm: within a mirrored one, or on the way to something
// that is.
bool TreeView::opened(const std::string& folder, const std::string& arch) const {
  for (const std::string& mirrored : mirroredFor(arch))
    if (under(folder, mirrored) || under(mirrored, folder)) return true;
  auto change = changes_.lower_bound(folder + "/");
  return change != changes_.end() && under(change->first, folder);
}

void TreeView::linkFolder(const fs::path& farm, const std::string& folder,
                          const std::string& arch) const {
  throwIfStopped("preparing the tree");
  makeFolder(farm / folder);
  const std::vector<Entry> entries = list(root_ / folder);
  const std::vector<std::string> names = namesOf(entries);
  const std::string way = wayToTop(folder);
  for (const auto& [name, is_folder] : entries) {
    const std::string path = join(folder, name);
    if (isProduct(folder, name, names) || changes_.count(path)) continue;
    if (path == kTop) continue;  // of a tree that is itself a farm
    // In the top folder a link to a folder is followed: a tree may itself be a farm.
    struct stat status;
    const bool enter =
        opened(path, arch) && (is_folder || (stat((root_ / path).c_str(), &status) == 0 &&
                                             S_ISDIR(status.st_mode) && !under(folder, "scripts")));
    if (enter)
      linkFolder(farm, path, arch);
    else
      link(way + path, farm / path);
  }
}

void TreeView::linkTo(const fs::path& farm, const std::string& arch) const {
  makeFolder(farm);
  link(root_, farm / kTop);
  linkFolder(farm, "", arch);
  for (const auto& [file, contents] : changes_) {
    if (!contents) continue;
    writeFile(farm / file, *contents);
    struct stat status;
    // Scripts stay executable.
    if (stat((root_ / file).c_str(), &status) == 0)
      chmod((farm / file).c_str(), status.st_mode | 0200);
  }
}

void TreeView::collect(const std::string& folder, std::vector<std::string>& out) const {
  const std::vector<Entry> entries = list(root_ / folder);
  const std::vector<std::string> names = namesOf(entries);
  for (const auto& [name, is_folder] : entries) {
    const std::string path = join(folder, name);
    if (isProduct(folder, name, names)) continue;
    if (is_folder) {
      if (!folder.empty()) collect(path, out);
    } else if (isStructural(folder, name) && !changes_.count(path)) {
      out.push_back(path);
    }
  }
}

std::vector<std::string> TreeView::structure(const std::string& arch) const {
  const std::vector<std::string> mirrored = mirroredFor(arch);
  std::vector<std::string> out;
  collect("", out);
  for (const std::string& each : mirrored) collect(each, out);
  for (const auto& [file, contents] : changes_) {
    const size_t slash = file.rfind('/');
    const std::string folder = slash == file.npos ? "" : file.substr(0, slash);
    const bool seen =
        folder.empty() || std::any_of(mirrored.begin(), mirrored.end(),
                                      [&](const std::string& m) { return under(folder, m); });
    if (contents && seen && isStructural(folder, file.substr(slash + 1))) out.push_back(file);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace ptecheck
