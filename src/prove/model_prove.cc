// SPDX-License-Identifier: GPL-2.0-only
#include "prove/model_prove.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "prove/choose_lemmas.h"
#include "prove/interrupt.h"
#include "prove/model_formats.h"
#include "scenario/stop.h"

namespace ptecheck {
namespace {

struct Task {
  const ModelFormat* format;
  std::size_t lemma;
  LemmaResult* result;
};

// Each thread has a context of its own, and takes the next task when it is done with one.
void run(const std::vector<Task>& tasks, const ProveOptions& options) {
  std::atomic<std::size_t> next = 0;
  std::size_t done = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      z3::context context;
      const InterruptOnStop interrupt(context);
      const SolverScope scope(context);
      for (std::size_t i = next++; i < tasks.size() && !stopRequested(); i = next++) {
        *tasks[i].result = proveLemma(tasks[i].lemma, *tasks[i].format->symbolic,
                                      tasks[i].format->words, options.limits);
        if (!options.progress) continue;
        const std::lock_guard<std::mutex> lock(mutex);
        options.progress(++done, tasks.size());
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next = tasks.size();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  throwIfStopped("proving");  // which makes a solver throw, too
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

ProveResults proveModel(const ProveOptions& options) {
  const std::vector<std::size_t> places = chooseLemmas(options.lemmas);
  const std::vector<ModelFormat>& formats = modelFormats();
  std::vector<const ModelFormat*> wanted;
  for (Arch arch : options.archs) wanted.push_back(&formats.at(arch));
  if (options.history)
    for (const ModelFormat& format : formats)
      if (format.history &&
          std::find(options.archs.begin(), options.archs.end(), format.arch) != options.archs.end())
        wanted.push_back(&format);

  std::vector<std::vector<LemmaResult>> proved(wanted.size());
  std::vector<Task> tasks;
  for (std::size_t f = 0; f < wanted.size(); ++f) {
    proved[f].resize(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
      tasks.push_back({wanted[f], places[i], &proved[f][i]});
  }
  run(tasks, options);

  ProveResults results;
  for (std::size_t f = 0; f < options.archs.size(); ++f)
    results.formats.push_back({options.archs[f], std::move(proved[f])});
  for (std::size_t f = options.archs.size(); f < wanted.size(); ++f) {
    const HistoryNote& note = *wanted[f]->history;
    HistoryProof past{note.id,         note.commit, note.kernels, note.helper, note.broke,
                      wanted[f]->arch, {}};
    const auto today =
        std::find_if(results.formats.begin(), results.formats.end(),
                     [&past](const FormatProof& proof) { return proof.arch == past.arch; });
    for (std::size_t i = 0; i < places.size(); ++i)
      if (proved[f][i].verdict == ProofVerdict::kFails &&
          today->lemmas[i].verdict == ProofVerdict::kHolds)
        past.refuted_by.push_back(proved[f][i]);
    results.history.push_back(std::move(past));
  }
  return results;
}

}  // namespace ptecheck
