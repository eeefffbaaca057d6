// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_CHOICE_ID_H
#define PTECHECK_EXPLORE_CHOICE_ID_H

#include <optional>
#include <string>
#include <string_view>

#include "scenario/choices.h"

namespace ptecheck {

// A list of choices as a word of [0-9a-z]: one digit of base 35 a choice ('0'..'9', 'a'..'y'); 'z'
// adds 35 to the choice that follows. Trailing zeros are dropped; the empty list is "0".
std::string encodeChoices(const Choices& choices);

// The inverse; nothing if a character is not of the alphabet, or a 'z' stands last.
std::optional<Choices> decodeChoices(std::string_view word);

}  // namespace ptecheck

#endif
