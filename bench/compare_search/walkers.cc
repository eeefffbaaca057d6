// SPDX-License-Identifier: GPL-2.0-only
//
// Our side of compare.sh: search_compare ENTRIES THREADS
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "explore/interleaving.h"
#include "explore/three_walkers.h"

namespace {

template <unsigned N>
int search(unsigned threads) {
  ptecheck::InterleavingOptions options;
  options.threads = threads;
  const auto start = std::chrono::steady_clock::now();
  const auto result = ptecheck::searchInterleavings(ptecheck::ThreeWalkers<N>(), options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("states=%llu transitions=%llu seconds=%.3f bytes_per_state=%.1f\n",
              static_cast<unsigned long long>(result.states),
              static_cast<unsigned long long>(result.transitions), seconds.count(),
              result.bytesPerState());
  return result.provenGood() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int entries = argc > 1 ? std::atoi(argv[1]) : 7;
  const unsigned threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  switch (entries) {
    case 3:
      return search<3>(threads);
    case 4:
      return search<4>(threads);
    case 7:
      return search<7>(threads);
    default:
      std::fprintf(stderr, "usage: search_compare ENTRIES THREADS, with 3, 4 or 7 entries\n");
      return 129;
  }
}
