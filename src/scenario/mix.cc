// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/mix.h"

#include <charconv>

#include "scenario/error.h"

namespace ptecheck {

namespace {

constexpr unsigned kMostWeight = 1000000;

constexpr std::string_view kBuiltIn =
    R"(# The built-in mix of `ptecheck compare`: memory under pressure.
# docs/manual.md says why. GROUP VALUE = WEIGHT; a group's weights are
# weighed against each other.

pages 1 = 30            # of the folio
pages 4 = 10
pages 16 = 30
pages 32 = 10
pages 64 = 5
pages 512 = 15

mapped all = 85         # of its pages, in one piece
mapped three-quarters = 5
mapped half = 5
mapped one = 5

work unmap = 90
work migrate = 10

folio lazyfree = 35
folio swap-backed = 35
folio file = 25
folio shmem = 5

mapping shared = 50     # of files and shmem
mapping private = 50

folio-flag clean = 70
folio-flag dirty = 30

processes one = 80
processes two = 20

vma tracked = 10        # writable; soft-dirty tracked ...
vma untracked = 80      # ... or not (VM_SOFTDIRTY)
vma uffd-wp = 3
vma locked = 1
vma read-only = 5
vma droppable = 1

after nothing = 50      # what processes do afterwards
after read = 20         # (swaps in)
after write = 20
after fork-and-write = 10

reference none = 95
reference one = 5

pin none = 98
pin one = 2

event none = 97         # a reference, or a failing swap_duplicate()
event one = 3

flush deferred = 90     # TTU_BATCH_FLUSH, and another processor ran it
flush immediate = 10

blocks folded = 80      # contiguous blocks, where there are any
blocks single = 20

run 1 = 10              # equal entries in a row
run 2 = 5
run 4 = 10
run 16 = 25
run 64 = 10
run 512 = 40

entry present = 96      # of such a row ...
entry swap = 3          # ... or swapped out before (swap-backed)
entry marker = 1        # ... or a uffd-wp marker (files, shmem; uffd-wp)

shared yes = 80         # of two processes: pages that both still map
shared no = 20

write yes = 85          # of pages that are not shared
write no = 15

exclusive yes = 80      # of read-only pages that are not shared
exclusive no = 20

dirty no = 60
dirty yes = 40

young no = 70
young yes = 30

soft-dirty no = 50
soft-dirty yes = 50

uffd-wp no = 50         # in a VMA that is registered for it
uffd-wp yes = 50
)";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  std::array<std::array<unsigned, kMixValues>, kMixGroups> parse(std::string_view text) {
    while (!text.empty()) {
      ++line_;
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      line = trimmed(line.substr(0, line.find('#')));
      if (!line.empty()) setting(line);
    }
    for (unsigned group = 0; group < kMixGroups; ++group) {
      unsigned sum = 0;
      for (unsigned weight : weights_[group]) sum += weight;
      if (named_[group] != 0 && sum == 0) {
        line_ = named_[group];
        reject("all weights of '" + std::string(mixGroups()[group].name) +
               "' are 0; give one of them more");
      }
    }
    return weights_;
  }

  bool named(unsigned group) const { return named_[group] != 0; }

 private:
  [[noreturn]] void reject(const std::string& why) const {
    throw Error(ErrorKind::kUsage, name_ + ":" + std::to_string(line_) + ": " + why + ".");
  }

  void setting(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view left = trimmed(line.substr(0, equals));
    const std::size_t space = left.find_first_of(" \t");
    if (equals == std::string_view::npos || space == std::string_view::npos)
      reject("a line is 'GROUP VALUE = WEIGHT', such as 'pages 16 = 30'");
    const unsigned group = findGroup(left.substr(0, space));
    const unsigned value = findValue(group, trimmed(left.substr(space)));
    named_[group] = line_;
    bool& seen = seen_[group][value];
    if (seen) reject("'" + std::string(left) + "' is given twice");
    seen = true;
    weights_[group][value] = parseWeight(trimmed(line.substr(equals + 1)));
  }

  unsigned findGroup(std::string_view word) const {
    std::string names;
    for (unsigned group = 0; group < kMixGroups; ++group) {
      if (mixGroups()[group].name == word) return group;
      names += (group == 0 ? "" : ", ") + std::string(mixGroups()[group].name);
    }
    reject("there is no group '" + std::string(word) + "'; there are " + names);
  }

  unsigned findValue(unsigned group, std::string_view word) const {
    const MixGroupInfo& info = mixGroups()[group];
    std::string names;
    for (unsigned value = 0; value < info.count(); ++value) {
      if (info.values[value] == word) return value;
      names += (value == 0 ? "" : ", ") + std::string(info.values[value]);
    }
    reject("'" + std::string(info.name) + "' is never '" + std::string(word) + "'; it is " + names);
  }

  unsigned parseWeight(std::string_view word) const {
    unsigned weight = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), weight);
    if (error != std::errc() || end != word.data() + word.size() || weight > kMostWeight)
      reject("a weight is a whole number from 0 to " + std::to_string(kMostWeight) + ", not '" +
             std::string(word) + "'");
    return weight;
  }

  const std::string& name_;
  unsigned line_ = 0;
  std::array<std::array<unsigned, kMixValues>, kMixGroups> weights_{};
  std::array<std::array<bool, kMixValues>, kMixGroups> seen_{};
  std::array<unsigned, kMixGroups> named_{};  // the last line that names the group
};

}  // namespace

const std::array<MixGroupInfo, kMixGroups>& mixGroups() {
  static constexpr std::array<std::string_view, kMixValues> kSizes = {
      "1", "2", "4", "8", "16", "32", "64", "128", "256", "512"};
  static constexpr std::array<MixGroupInfo, kMixGroups> kGroups = {{
      {"pages", kSizes},
      {"mapped", {"all", "three-quarters", "half", "one"}},
      {"folio", {"lazyfree", "swap-backed", "file", "shmem"}},
      {"folio-flag", {"clean", "dirty"}},
      {"processes", {"one", "two"}},
      {"vma",
       {"tracked", "untracked", "uffd-wp", "locked", "read-only", "droppable", "shadow-stack"}},
      {"after", {"nothing", "write", "fork-and-write", "swapoff", "read"}},
      {"reference", {"none", "one"}},
      {"pin", {"none", "one"}},
      {"event", {"none", "one"}},
      {"flush", {"deferred", "immediate"}},
      {"blocks", {"folded", "single"}},
      {"run", kSizes},
      {"shared", {"yes", "no"}},
      {"write", {"no", "yes"}},
      {"exclusive", {"no", "yes"}},
      {"dirty", {"no", "yes"}},
      {"young", {"no", "yes"}},
      {"soft-dirty", {"no", "yes"}},
      {"uffd-wp", {"no", "yes"}},
      {"work", {"unmap", "migrate"}},
      {"mapping", {"shared", "private"}},
      {"entry", {"present", "swap", "marker", "device-exclusive"}},
  }};
  return kGroups;
}

Mix parseMix(std::string_view text, const std::string& name) {
  Parser parser(name);
  Mix mix;
  mix.weights_ = parser.parse(text);
  for (unsigned group = 0; group < kMixGroups; ++group) {
    if (parser.named(group)) continue;
    if (text.data() == kBuiltIn.data())
      throw Error(ErrorKind::kInternal, "the built-in mix lacks a group");
    mix.weights_[group] = builtInMix().weights_[group];
  }
  return mix;
}

std::string_view builtInMixText() { return kBuiltIn; }

const Mix& builtInMix() {
  static const Mix mix = parseMix(kBuiltIn, "the built-in mix");
  return mix;
}

}  // namespace ptecheck
