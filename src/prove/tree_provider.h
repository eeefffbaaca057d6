// SPDX-License-Identifier: GPL-2.0-only
//
// A kernel tree's own helpers as a provider for lemmas (helpers.h), for any kind of word.
//
// What no kernel code says comes from the model's format of the same architecture: what hardware
// does with an entry (hw_*), which entries are well-formed, whether ptep_clear_flush() flushes. So
// does what is not asked of a tree: what set_pte() stores, the protections, the types of swap
// entries. And a tree without shadow stacks has no pte_shstk(): where the model's format has none
// either, that one is the model's.
#ifndef PTECHECK_PROVE_TREE_PROVIDER_H
#define PTECHECK_PROVE_TREE_PROVIDER_H

#include <stdexcept>
#include <string>

#include "prove/helpers.h"
#include "prove/tree_helpers.h"

namespace ptecheck {

// A lemma needs a helper that this tree does not have.
class MissingHelper : public std::runtime_error {
 public:
  explicit MissingHelper(const std::string& name)
      : std::runtime_error("this tree has no " + name + "()") {}
};

template <class W>
class TreeProvider : public Helpers<W> {
 public:
  using Word = W;
  using Bool = typename Helpers<W>::Bool;

  explicit TreeProvider(const Helpers<W>& model) : model_(model) {}

  std::uint64_t pfn_mask() const override { return model_.pfn_mask(); }
  bool has_soft_dirty() const override { return model_.has_soft_dirty(); }
  bool has_uffd_wp() const override { return model_.has_uffd_wp(); }
  bool has_shadow_stack() const override { return model_.has_shadow_stack(); }
  bool can_respect(unsigned fpb) const override { return has(normaliser(fpb)); }
  std::span<const std::uint64_t> protections() const override { return model_.protections(); }
  SwapConfig swap_config() const override { return model_.swap_config(); }

  Word none() const override { return ask("none"); }
  Word page_readonly() const override { return ask("page_readonly"); }
  Word page_none() const override { return ask("page_none"); }

#define PTECHECK_DEFINE(name) \
  Bool name(const Word& pte) const override { return is(#name, pte); }
  PTECHECK_DEFINE(pte_none)
  PTECHECK_DEFINE(pte_present)
  PTECHECK_DEFINE(pte_write)
  PTECHECK_DEFINE(pte_dirty)
  PTECHECK_DEFINE(pte_young)
  PTECHECK_DEFINE(pte_soft_dirty)
  PTECHECK_DEFINE(pte_uffd_wp)
  PTECHECK_DEFINE(pte_protnone)
  PTECHECK_DEFINE(pte_special)
  PTECHECK_DEFINE(pte_accessible)
  PTECHECK_DEFINE(pte_swp_soft_dirty)
  PTECHECK_DEFINE(pte_swp_uffd_wp)
  PTECHECK_DEFINE(pte_swp_exclusive)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name) \
  Word name(const Word& pte) const override { return ask(#name, pte); }
  PTECHECK_CHANGES(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name) \
  Word name(const Word& a, const Word& b) const override { return ask(#name, a, b); }
  PTECHECK_COMBINATIONS(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
  Word pte_mkwrite(const Word& pte, bool shadow_stack) const override {
    return ask(shadow_stack ? "pte_mkwrite_stack" : "pte_mkwrite_plain", pte);
  }
  Word batch_clear_ignored(const Word& pte, unsigned fpb) const override {
    return ask(normaliser(fpb), pte, Word(std::uint64_t{fpb}));
  }

  Bool pte_shstk(const Word& pte) const override {
    if (!has("pte_shstk") && !has_shadow_stack()) return model_.pte_shstk(pte);
    return is("pte_shstk", pte);
  }
  Bool clear_flushes(const Word& pte) const override { return model_.clear_flushes(pte); }
  Bool well_formed(const Word& pte) const override { return model_.well_formed(pte); }
  Bool write_only(const Word& pte) const override { return model_.write_only(pte); }
  Word stored(const Word& pte) const override { return model_.stored(pte); }
  Bool hw_reads(const Word& pte) const override { return model_.hw_reads(pte); }
  Word hw_access(const Word& pte, bool write) const override {
    return model_.hw_access(pte, write);
  }
  // Where this processor has no shadow stacks nothing can be written through one.
  Bool hw_writes(const Word& pte, bool shadow_stack) const override {
    const Bool writes = model_.hw_writes(pte, shadow_stack);
    if (!shadow_stack || !has("cpu_shadow_stack")) return writes;
    return writes && ask("cpu_shadow_stack") != Word(std::uint64_t{0});
  }

 protected:
  // The tree's helper of this number, which it has.
  virtual Word call(unsigned helper, const Word& a, const Word& b) const = 0;
  virtual bool hasHelper(unsigned helper) const = 0;

 private:
  static const char* normaliser(unsigned fpb) {
    return fpb & FPB_RESPECT_WRITE ? "pte_batch_clear_ignored_write" : "pte_batch_clear_ignored";
  }
  bool has(const char* name) const { return hasHelper(helperNumber(name)); }
  Word ask(const char* name, const Word& a, const Word& b) const {
    const unsigned helper = helperNumber(name);
    if (!hasHelper(helper)) throw MissingHelper(name);
    return call(helper, a, b);
  }
  Word ask(const char* name, const Word& a) const { return ask(name, a, Word(std::uint64_t{0})); }
  Word ask(const char* name) const { return ask(name, Word(std::uint64_t{0})); }
  Bool is(const char* name, const Word& pte) const {
    return ask(name, pte) != Word(std::uint64_t{0});
  }

  const Helpers<W>& model_;
};

}  // namespace ptecheck

#endif
