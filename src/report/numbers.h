// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_NUMBERS_H
#define PTECHECK_REPORT_NUMBERS_H

#include <cstdint>
#include <string>
#include <string_view>

namespace ptecheck {

// For prose: 1234567 is "1,234,567".
std::string withSeparators(std::uint64_t number);

// For tables, at most four characters up to 999 million million: exact below 1000, then "1.2k",
// "345k", "1.2M" ... rounded to nearest; "." for nothing, so that a zero catches the eye less than
// a one.
std::string compact(std::uint64_t number);

// A rate: `part` for each million of `whole`, rounded up, so that only nothing at all is 0.
std::uint64_t perMillion(std::uint64_t part, std::uint64_t whole);

// `part / whole` with two decimals, "-" if there is no whole.
std::string ratio(std::uint64_t part, std::uint64_t whole);

// "1 entry", "2 entries": the number with separators and the word for it.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace ptecheck

#endif
