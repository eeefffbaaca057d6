// SPDX-License-Identifier: GPL-2.0-only
#include "prove/column_check.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "prove/columns.h"
#include "prove/in_threads.h"
#include "prove/lemmas.h"
#include "prove/words.h"
#include "scenario/error.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;
using Words = std::vector<Word>;
using ColumnHelpers = Helpers<ColumnWord>;

// Distances between the entries of a batch: none, the next one, the other end of a table.
constexpr Word kDistances[] = {0, 1, 511};

// A violation, and the task that found it: of several, the first task's is told.
struct Found {
  std::size_t task;
  std::vector<Word> words;
};

// One thread. Takes tasks in their order, as many as it gets.
class Checker {
 public:
  Checker(Arch arch, const WordHelpers& model, HelperProgram& program, const ColumnScope& scope,
          std::vector<ColumnCheck> checks)
      : facts_(formatFacts(arch)),
        model_(model),
        program_(program),
        words_(facts_, scope.most_pfns),
        seed_(scope.seed),
        sampled_(scope.most_combinations != 0 && words_.combinations() > scope.most_combinations
                     ? scope.most_combinations * words_.pfns()
                     : 0),
        checks_(std::move(checks)),
        found_(checks_.size(), Found{~std::size_t{0}, {}}) {}

  bool isExhaustive() const { return sampled_ == 0; }
  const std::vector<ColumnCheck>& checks() const { return checks_; }
  const std::vector<Found>& found() const { return found_; }

  // One for each batch and distance; lemmas of numbers; one for each column of words. The longest
  // come first.
  std::size_t tasks() const { return kBatchTasks + 1 + std::size_t(columns()); }
  void run(std::size_t task) {
    task_ = task;
    if (task < kBatchTasks)
      return batches(unsigned(task / std::size(kDistances)),
                     kDistances[task % std::size(kDistances)]);
    if (task == kBatchTasks) {
      for (std::size_t i = 0; i < checks_.size(); ++i) numbers(i);
      return;
    }
    const ColumnWord entries(chunk((task - kBatchTasks - 1) * HELPER_ROWS));
    const ColumnProvider helpers(model_, program_);
    for (std::size_t i = 0; i < checks_.size(); ++i) singles(helpers, entries, i);
  }

 private:
  static constexpr unsigned kFlags = 8;
  static constexpr std::size_t kBatchTasks = kFlags * std::size(kDistances);

  const Lemma<ColumnHelpers>& lemmaOf(std::size_t check) const {
    return lemmas<ColumnHelpers>().at(checks_[check].lemma);
  }
  Word columns() const { return (total() + HELPER_ROWS - 1) / HELPER_ROWS; }
  Word total() const { return sampled_ ? sampled_ : words_.size(); }
  Words chunk(Word from) {
    const std::size_t rows = std::size_t(std::min<Word>(HELPER_ROWS, total() - from));
    if (!sampled_) return words_.chunk(from, rows);
    RandomWords random(seed_ + from);
    Words out(rows);
    for (Word& word : out) word = words_[random.next() % words_.size()];
    return out;
  }

  // Evaluates a lemma in all rows of `w`.
  void evaluate(const ColumnHelpers& helpers, const std::vector<ColumnWord>& w,
                std::size_t number) {
    const Lemma<ColumnHelpers>& lemma = lemmaOf(number);
    ColumnCheck& check = checks_[number];
    const std::size_t rows =
        std::max_element(w.begin(), w.end(), [](const ColumnWord& a, const ColumnWord& b) {
          return a.size() < b.size();
        })->size();
    check.rows += rows;
    if (!found_[number].words.empty()) return;
    const ColumnBool premise = lemma.premise(helpers, w.data());
    const ColumnBool holds = lemma.conclusion(helpers, w.data());
    const ColumnBool counts = check.well_formed && lemma.entries > 0
                                  ? premise && allWellFormed(helpers, lemma, w.data())
                                  : premise;
    for (std::size_t row = 0; row < rows; ++row) {
      if (!counts[row] || holds[row]) continue;
      found_[number].task = task_;
      for (const ColumnWord& word : w) found_[number].words.push_back(word[row]);
      return;
    }
  }

  // Lemmas about one entry, and up to two numbers beside it.
  void singles(const ColumnHelpers& helpers, const ColumnWord& entries, std::size_t check) {
    const Lemma<ColumnHelpers>& lemma = lemmaOf(check);
    if (lemma.entries != 1) return;
    if (lemma.words == 1) return evaluate(helpers, {entries}, check);
    for (Word first : kDistances) {
      const ColumnWord distance(first);
      if (lemma.words == 2) evaluate(helpers, {entries, distance}, check);
      if (lemma.words == 3) evaluate(helpers, {entries, distance, ColumnWord(511 - first)}, check);
    }
  }

  // Lemmas about numbers alone: page frames; type, offset and choice of software bits.
  void numbers(std::size_t check) {
    const Lemma<ColumnHelpers>& lemma = lemmaOf(check);
    if (lemma.entries != 0) return;
    Words edges;
    for (unsigned shift = 0; shift < 64; ++shift)
      for (Word word : {Word{1} << shift, (Word{1} << shift) - 1}) edges.push_back(word);
    const ColumnProvider helpers(model_, program_);
    if (lemma.words == 1) {
      for (Word& edge : edges) edge &= model_.pfn_mask();
      return evaluate(helpers, {ColumnWord(edges)}, check);
    }
    Words types, offsets, choices;
    for (Word type = 0; type < 32; ++type)
      for (Word choice = 0; choice < 32; ++choice)
        for (Word offset : edges)
          types.push_back(type), choices.push_back(choice), offsets.push_back(offset);
    evaluate(helpers, {ColumnWord(types), ColumnWord(offsets), ColumnWord(choices)}, check);
  }

  // Lemmas about two entries of a batch that was found with these flags.
  void batches(unsigned flags, Word distance) {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < checks_.size(); ++i)
      if (lemmaOf(i).entries == 2 && batchFlags(lemmaOf(i).name) == flags) wanted.push_back(i);
    if (wanted.empty()) return;
    const auto [firsts, others] = pairs(flags, distance);
    for (std::size_t from = 0; from < firsts.size(); from += HELPER_ROWS) {
      const std::size_t end = std::min<std::size_t>(firsts.size(), from + HELPER_ROWS);
      const auto cut = [from, end](const Words& all) {
        return ColumnWord(
            Words(all.begin() + std::ptrdiff_t(from), all.begin() + std::ptrdiff_t(end)));
      };
      const std::vector<ColumnWord> w = {cut(firsts), cut(others), ColumnWord(distance)};
      const ColumnProvider helpers(model_, program_);
      for (std::size_t check : wanted) evaluate(helpers, w, check);
    }
  }

  // Each present entry beside one that it makes a batch with: as the first, and as the other.
  std::pair<Words, Words> pairs(unsigned flags, Word distance) {
    struct Sorted {
      Word key, entry;
      bool operator<(const Sorted& o) const {
        return std::tie(key, entry) < std::tie(o.key, o.entry);
      }
    };
    std::vector<Sorted> firsts, others;
    for (Word from = 0; from < total(); from += HELPER_ROWS) {
      const ColumnWord entries(chunk(from));
      const ColumnProvider helpers(model_, program_);
      const ColumnBool present = helpers.pte_present(entries);
      const ColumnWord key = helpers.batch_clear_ignored(entries, flags);
      const ColumnWord next = helpers.pte_advance_pfn(key, ColumnWord(distance));
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!present[i]) continue;
        firsts.push_back({next[i], entries[i]});
        others.push_back({key[i], entries[i]});
      }
    }
    std::sort(firsts.begin(), firsts.end());
    std::sort(others.begin(), others.end());
    std::pair<Words, Words> out;
    const auto add = [&](Word first, Word other) {
      out.first.push_back(first);
      out.second.push_back(other);
    };
    for (std::size_t a = 0, b = 0; a < firsts.size() && b < others.size();) {
      const Word key = std::max(firsts[a].key, others[b].key);
      if (firsts[a].key < key) {
        ++a;
      } else if (others[b].key < key) {
        ++b;
      } else {
        const Word first = firsts[a].entry, other = others[b].entry;
        for (; a < firsts.size() && firsts[a].key == key; ++a) add(firsts[a].entry, other);
        for (; b < others.size() && others[b].key == key; ++b) add(first, others[b].entry);
      }
    }
    if (out.first.empty()) add(0, 0);  // no row at all is no column
    return out;
  }

  // The FPB_RESPECT_* flags that a group of lemmas_batch.h is about.
  static unsigned batchFlags(const std::string& lemma) {
    static constexpr std::pair<std::string_view, unsigned> kGroups[] = {
        {"batch-none", 0},
        {"batch-dirty", FPB_RESPECT_DIRTY},
        {"batch-soft", FPB_RESPECT_SOFT_DIRTY},
        {"batch-dirty-soft", FPB_RESPECT_DIRTY | FPB_RESPECT_SOFT_DIRTY},
        {"batch-write", FPB_RESPECT_WRITE},
        {"batch-write-soft", FPB_RESPECT_WRITE | FPB_RESPECT_SOFT_DIRTY}};
    const std::string group = lemma.substr(0, lemma.find('/'));
    for (const auto& [name, flags] : kGroups)
      if (group == name) return flags;
    throw Error(ErrorKind::kInternal, "Which batches is the lemma " + lemma + " about?");
  }

  FormatFacts facts_;
  ColumnModel model_;
  HelperProgram& program_;
  EntryWords words_;
  std::uint64_t seed_;
  Word sampled_;  // words to sample; 0: all are tried
  std::vector<ColumnCheck> checks_;
  std::vector<Found> found_;  // of each check
  std::size_t task_ = 0;      // at work
};

}  // namespace

bool checkColumns(Arch arch, const WordHelpers& model, const TreeHelpersBuild& build,
                  const ColumnScope& scope, unsigned jobs, std::vector<ColumnCheck>* checks) {
  const std::vector<ColumnCheck> asked = *checks;
  std::vector<std::size_t> first(asked.size(), ~std::size_t{0});  // task that found a violation
  bool exhaustive = true;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  inThreads(jobs, [&] {
    HelperProgram program(build);
    Checker checker(arch, model, program, scope, asked);
    for (std::size_t task = next++; task < checker.tasks() && !stopRequested(); task = next++)
      checker.run(task);
    const std::lock_guard<std::mutex> lock(mutex);
    exhaustive = checker.isExhaustive();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      (*checks)[i].rows += checker.checks()[i].rows;
      const Found& found = checker.found()[i];
      if (found.words.empty() || found.task >= first[i]) continue;
      first[i] = found.task;
      (*checks)[i].violation = found.words;
    }
  });
  return exhaustive;
}

}  // namespace ptecheck
