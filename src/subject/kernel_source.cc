// SPDX-License-Identifier: GPL-2.0-only
#include "subject/kernel_source.h"

#include <sstream>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// What the machine's package lists offer instead: "6.1, 6.12".
std::string available() {
  const CommandResult result =
      runCommand({{"apt-cache", "search", "--names-only", "^linux-source-[0-9.]*$"}, {}, {}, {}});
  std::istringstream lines(result.output);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const std::string prefix = "linux-source-";
    if (line.rfind(prefix, 0) != 0) continue;
    if (!out.empty()) out += ", ";
    out += line.substr(prefix.size(), line.find(' ') - prefix.size());
  }
  return out;
}

void say(const KernelSourceOptions& options, const std::string& what) {
  if (options.progress) options.progress(what);
}

// Puts linux-source-VERSION.tar.xz somewhere below `folder` and returns its name.
fs::path download(const std::string& package, const fs::path& folder,
                  const KernelSourceOptions& options) {
  requireTools({"apt-get", "dpkg-deb"});
  say(options, "downloading Debian's package " + package + " with apt-get (about 140 MB)");
  const CommandResult result = runCommand({{"apt-get", "download", package}, folder, {}, {}});
  if (!result.ok()) {
    const std::string others = available();
    throw Error(ErrorKind::kCannotTest,
                "apt-get cannot download " + package + ":\n" +
                    lastLines(result.error + result.output, 3) +
                    (others.empty() ? "\nRun apt-get update as root, and check the network."
                                    : "\nThe package lists of this machine have: " + others +
                                          ". If it should be there, run apt-get update as root."));
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".deb") continue;
    const fs::path unpacked = folder / "package";
    const CommandResult extract =
        runCommand({{"dpkg-deb", "-x", entry.path().string(), unpacked.string()}, {}, {}, {}});
    if (!extract.ok())
      throw Error(ErrorKind::kCannotTest,
                  "dpkg-deb cannot unpack " + package + ":\n" + lastLines(extract.error, 3));
    return unpacked / "usr/src" / (package + ".tar.xz");
  }
  throw Error(ErrorKind::kCannotTest, "apt-get downloaded no package " + package + ".");
}

}  // namespace

fs::path getKernelSource(const std::string& version, const KernelSourceOptions& options) {
  if (!Pattern("[0-9]+(\\.[0-9]+)+").matches(version))
    throw Error(ErrorKind::kUsage,
                "'" + version + "' is not a kernel version; give one like 6.12.");
  const fs::path cache = options.cache.empty() ? cacheFolder() : options.cache;
  const std::string package = "linux-source-" + version;
  const fs::path target = cache / "kernels" / package;
  if (fs::exists(target / "Makefile")) return target;
  FileLock lock(cache / "kernels" / "lock");
  if (fs::exists(target / "Makefile")) return target;

  TemporaryFolder work(cache / "kernels");
  fs::path archive = fs::path("/usr/src") / (package + ".tar.xz");
  if (!fs::exists(archive)) archive = download(package, work.path(), options);
  requireTools({"tar", "xz"});
  say(options,
      "unpacking " + archive.filename().string() + " into " + target.string() + " (1.6 GB)");
  TemporaryFolder tree(cache / "kernels");
  const CommandResult result =
      runCommand({{"tar", "-xJf", archive.string(), "--strip-components=1"}, tree.path(), {}, {}});
  if (!result.ok() || !fs::exists(tree.path() / "Makefile"))
    throw Error(ErrorKind::kCannotTest, "tar cannot unpack " + archive.string() + ":\n" +
                                            lastLines(result.error, 3) +
                                            "\nThe cache folder can be moved with PTECHECK_CACHE.");
  tree.renameTo(target);
  return target;
}

}  // namespace ptecheck
