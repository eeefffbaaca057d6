// SPDX-License-Identifier: GPL-2.0-only
#include "subject/model.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include "mm/machine.h"

namespace ptecheck {

namespace {

template <EntryFormat F>
class ModelOf final : public Model {
 public:
  void run(const Scenario& scenario, const Policy& policy, Outcome& out) override {
    machine_.run(scenario, policy, out);
  }
  void runWatched(const Scenario& scenario, const Policy& policy, Outcome& out,
                  const Watch& watch) override {
    machine_.runWatched(scenario, policy, out, watch);
  }

 private:
  Machine<F> machine_;
};

// The numbers that decide which memory is touched; what a legal scenario is, is not decided here.
const char* whyImpossible(const Scenario& s) {
  if (s.pages > MAX_PAGES || !std::has_single_bit(unsigned{s.pages}))
    return "UNSUPPORTED a folio has 1, 2, 4 ... 512 pages";
  if (s.processes < 1 || s.processes > MAX_PROCESSES) return "UNSUPPORTED 1 to 4 processes";
  if (s.table_end > TABLE_SLOTS) return "UNSUPPORTED table_end is at most 512";
  if (s.steps > MAX_STEPS) return "UNSUPPORTED at most 8 steps";
  for (unsigned p = 0; p < s.processes; ++p)
    if (s.split[p] > s.pages) return "UNSUPPORTED split lies behind the folio";
  return nullptr;
}

}  // namespace

std::unique_ptr<Model> makeModel(Arch arch) {
  return withFormat(arch, []<class F>(std::type_identity<F>) -> std::unique_ptr<Model> {
    return std::make_unique<ModelOf<F>>();
  });
}

ModelSubject::ModelSubject(Policy policy, Arch arch)
    : policy_(std::move(policy)), model_(makeModel(arch)) {}

std::string ModelSubject::name() const { return "model " + policy_.name; }

void ModelSubject::run(std::span<const Scenario* const> in, std::span<Outcome* const> out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (const char* why = whyImpossible(*in[i])) {
      std::memset(static_cast<void*>(out[i]), 0, offsetof(Outcome, entry));
      out[i]->status = STATUS_UNSUPPORTED;
      std::strcpy(out[i]->message, why);
      continue;
    }
    model_->run(*in[i], policy_, *out[i]);
  }
}

}  // namespace ptecheck
