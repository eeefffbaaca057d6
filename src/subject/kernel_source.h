// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_KERNEL_SOURCE_H
#define PTECHECK_SUBJECT_KERNEL_SOURCE_H

#include <filesystem>
#include <functional>
#include <string>

namespace ptecheck {

struct KernelSourceOptions {
  std::filesystem::path cache;                       // empty: cacheFolder()
  std::function<void(const std::string&)> progress;  // told what takes long, before it starts
};

// The folder of Debian's kernel source `version` ("6.12"), unpacked in the cache. Fetches the
// package linux-source-VERSION with apt-get, without installing it, unless its archive is in
// /usr/src; the second call finds the folder. Takes a minute and 1.6 GB. Throws Error(kUsage) if
// `version` is none, Error(kCannotTest) if the package cannot be had.
std::filesystem::path getKernelSource(const std::string& version,
                                      const KernelSourceOptions& options);

}  // namespace ptecheck

#endif
