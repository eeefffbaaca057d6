// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_TOOLS_H
#define PTECHECK_SUBJECT_TREE_TOOLS_H

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ptecheck {

// The Debian packages that it takes to run kernel trees of these architectures (treeArchs()), and
// to prove their entry helpers. cmake/packages.sh, which ./run and ./test install, has the same.
std::vector<std::string> treePackages(std::span<const std::string> archs);

// Those that are not installed, in the same order. Throws Error(kCannotTest) where there is no
// dpkg.
std::vector<std::string> missingPackages(const std::vector<std::string>& packages);

// Installs packages with apt-get, through sudo if this is not root's process. `say` is told what is
// about to be done. Throws Error(kCannotTest) if it does not work, with what to do by hand.
void installPackages(const std::vector<std::string>& packages,
                     const std::function<void(const std::string&)>& say);

}  // namespace ptecheck

#endif
