// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_ARCHS_H
#define PTECHECK_REPORT_ARCHS_H

#include <string>

namespace ptecheck {

// The architectures there are, and in what their entries differ: names, then a table.
std::string archList();

}  // namespace ptecheck

#endif
