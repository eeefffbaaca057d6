// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: scenarios told in a few words. An entry is a word of letters,
//
//   r read-only, w writable      x exclusive page      d dirty      y young      s soft-dirty
//   u uffd-wp                    n NUMA hint           -: nothing   o: other folio's page   z:
//   swapped
//
// so `Story("wx r")` is a lazyfree folio of two pages, the first writable and exclusive, the second
// shared.
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

class Story {
 public:
  using F = X86_64<>;
  using Word = F::Word;

  explicit Story(std::string_view entries, unsigned vma_flags = VMA_WRITE) {
    s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
    process(entries, vma_flags);
  }

  // One more process that maps the folio.
  Story& process(std::string_view entries, unsigned vma_flags = VMA_WRITE) {
    std::istringstream words{std::string(entries)};
    std::string word;
    unsigned page = 0;
    for (; words >> word; ++page) s.entry[s.processes * s.pages + page] = bitsOf(word);
    s.pages = static_cast<unsigned short>(page);
    s.vma[s.processes++][0].flags = static_cast<unsigned short>(vma_flags);
    return *this;
  }
  Story& folio(unsigned flags) {
    s.folio_flags |= static_cast<unsigned short>(flags);
    return *this;
  }
  Story& swapbacked() { return folio(FOLIO_SWAPBACKED | FOLIO_SWAPCACHE); }
  Story& split(unsigned page, unsigned flags, unsigned p = 0) {
    s.split[p] = static_cast<unsigned short>(page);
    s.vma[p][1].flags = static_cast<unsigned short>(flags);
    return *this;
  }
  Story& event(unsigned kind, unsigned at) {
    s.event = static_cast<unsigned char>(kind);
    s.event_at = static_cast<unsigned short>(at);
    return *this;
  }
  Story& step(unsigned action, unsigned p, unsigned page = ALL_PAGES) {
    s.step[s.steps++] = {static_cast<unsigned char>(action), static_cast<unsigned char>(p),
                         static_cast<unsigned short>(page)};
    return *this;
  }

  Story& run(const Policy& policy) {
    machine_->run(s, policy, *out_);
    return *this;
  }
  Story& run(std::string_view policy) { return run(*findPolicy(policy)); }
  Story& mutated(std::string_view mutant) { return run(policyOf(*findMutant(mutant))); }

  const Outcome& out() const { return *out_; }
  const EntryResult& at(unsigned page, unsigned p = 0) const {
    return out_->entry[p * s.pages + page];
  }
  Word before(unsigned page, unsigned p = 0) const { return at(page, p).before; }
  Word after(unsigned page, unsigned p = 0) const { return at(page, p).after; }
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

}  // namespace ptecheck

#endif
