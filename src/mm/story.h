// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: scenarios told in a few words. An entry is a word of letters,
//
//   r read-only, w writable      x exclusive page      d dirty      y young      s soft-dirty
//   u uffd-wp                    n NUMA hint           X unused (s390)
//   -: nothing   o: other folio's page   z: swapped   m: uffd-wp marker
//   S own swap entry   E device-exclusive   P device-private (with w, x, s, u)
//
// so `Story("wx r")` is a lazyfree folio of two pages, the first writable and exclusive, the second
// shared; `16*wx` is that word sixteen times. Story is of x86-64, StoryOf<F> of any format.
#ifndef PTECHECK_MM_STORY_H
#define PTECHECK_MM_STORY_H

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "mm/machine.h"
#include "mm/policy.h"
#include "pte/x86_64.h"
#include "scenario/flat.h"

namespace ptecheck {

template <EntryFormat Format>
class StoryOf {
 public:
  using F = Format;
  using Word = typename F::Word;

  explicit StoryOf(std::string_view entries, unsigned vma_flags = VMA_WRITE) {
    s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
    process(entries, vma_flags);
  }

  // One more process that maps the folio.
  StoryOf& process(std::string_view entries, unsigned vma_flags = VMA_WRITE) {
    std::istringstream words{std::string(entries)};
    std::string word;
    unsigned page = 0;
    while (words >> word) {
      const std::size_t star = word.find('*');
      const unsigned times = star == word.npos ? 1 : static_cast<unsigned>(std::stoul(word));
      for (unsigned i = 0; i < times; ++i, ++page)
        s.entry[s.processes * s.pages + page] = bitsOf(word.substr(star + 1));
    }
    s.pages = static_cast<unsigned short>(page);
    s.vma[s.processes++][0].flags = static_cast<unsigned short>(vma_flags);
    return *this;
  }
  StoryOf& folio(unsigned flags) {
    s.folio_flags |= static_cast<unsigned short>(flags);
    return *this;
  }
  StoryOf& folded() {
    s.folded = 1;
    return *this;
  }
  StoryOf& swapbacked() { return folio(FOLIO_SWAPBACKED | FOLIO_SWAPCACHE); }
  StoryOf& split(unsigned page, unsigned flags, unsigned p = 0) {
    s.split[p] = static_cast<unsigned short>(page);
    s.vma[p][1].flags = static_cast<unsigned short>(flags);
    return *this;
  }
  StoryOf& event(unsigned kind, unsigned at) {
    s.event = static_cast<unsigned char>(kind);
    s.event_at = static_cast<unsigned short>(at);
    return *this;
  }
  StoryOf& migrate() {
    s.operation = OPERATION_TRY_TO_MIGRATE;
    return *this;
  }
  StoryOf& step(unsigned action, unsigned p, unsigned page = ALL_PAGES) {
    s.step[s.steps++] = {static_cast<unsigned char>(action), static_cast<unsigned char>(p),
                         static_cast<unsigned short>(page)};
    return *this;
  }

  StoryOf& run(const Policy& policy) {
    machine_->run(s, policy, *out_);
    return *this;
  }
  StoryOf& runSlowly(const Policy& policy) {
    machine_->runSlowly(s, policy, *out_);
    return *this;
  }
  StoryOf& run(std::string_view policy) { return run(*findPolicy(policy)); }
  StoryOf& mutated(std::string_view mutant) { return run(policyOf(*findMutant(mutant))); }

  const Outcome& out() const { return *out_; }
  const EntryResult& at(unsigned page, unsigned p = 0) const {
    return out_->entry[p * s.pages + page];
  }
  Word before(unsigned page, unsigned p = 0) const { return at(page, p).before; }
  Word after(unsigned page, unsigned p = 0) const { return at(page, p).after; }
  Word end(unsigned page, unsigned p = 0) const { return at(page, p).end; }
  bool unchanged() const {
    for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i)
      if (out_->entry[i].before != out_->entry[i].after) return false;
    return true;
  }

  Scenario s{};

 private:
  static unsigned short bitsOf(const std::string& word) {
    unsigned bits = ENTRY_PRESENT;
    for (char letter : word) switch (letter) {
        case '-':
          return 0;
        case 'o':
          return ENTRY_OTHER;
        case 'z':
          return ENTRY_SWAPPED;
        case 'm':
          return ENTRY_MARKER;
        case 'S':
          bits = (bits & ~unsigned{ENTRY_PRESENT}) | ENTRY_SWAP;
          break;
        case 'E':
          bits = (bits & ~unsigned{ENTRY_PRESENT}) | ENTRY_DEVICE_EXCLUSIVE;
          break;
        case 'P':
          bits = (bits & ~unsigned{ENTRY_PRESENT}) | ENTRY_DEVICE_PRIVATE;
          break;
        case 'X':
          bits |= ENTRY_UNUSED;
          break;
        case 'r':
          break;
        case 'w':
          bits |= ENTRY_WRITE;
          break;
        case 'x':
          bits |= ENTRY_EXCLUSIVE;
          break;
        case 'd':
          bits |= ENTRY_DIRTY;
          break;
        case 'y':
          bits |= ENTRY_YOUNG;
          break;
        case 's':
          bits |= ENTRY_SOFT_DIRTY;
          break;
        case 'u':
          bits |= ENTRY_UFFD_WP;
          break;
        case 'n':
          bits |= ENTRY_PROTNONE;
          break;
        default:
          bits = 0xffff;  // never legal: the test shall fail
      }
    return static_cast<unsigned short>(bits);
  }

  std::unique_ptr<Machine<F>> machine_ = std::make_unique<Machine<F>>();
  std::unique_ptr<Outcome> out_ = std::make_unique<Outcome>();
};

using Story = StoryOf<X86_64<>>;

}  // namespace ptecheck

#endif
