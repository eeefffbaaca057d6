// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_PROVE_TREE_H
#define PTECHECK_CLI_PROVE_TREE_H

#include <string>
#include <vector>

#include "cli/options.h"
#include "pte/architectures.h"

namespace ptecheck {

// `ptecheck prove --kernel`: compares and proves the helpers of a tree, prints the report, and
// gives the exit status. `each`: say of each lemma what came of it.
int proveTrees(const TreeWords& tree, const OutputWords& output, const std::vector<Arch>& archs,
               const std::vector<std::string>& lemmas, unsigned jobs, bool each);

}  // namespace ptecheck

#endif
