// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_VOCABULARY_H
#define PTECHECK_CHECK_VOCABULARY_H

#include "scenario/text.h"

namespace ptecheck {

// The names that a scenario file may use: of all rules, policies, mutants and architectures.
Vocabulary vocabulary();

}  // namespace ptecheck

#endif
