// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_HASH_H
#define PTECHECK_SUBJECT_TREE_HASH_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ptecheck {

// SHA-256 (FIPS 180-4). Cache keys must not collide, since a collision would run the wrong code
// without a word; hence no shorter hash, and hence our own: the cache needs nothing else of a
// cryptographic library.
class Sha256 {
 public:
  void add(std::string_view bytes);
  // Adds `bytes` with their length in front, so that neighbouring fields cannot run into each
  // other.
  void addField(std::string_view bytes);
  // 64 hex digits; the object is used up.
  std::string hex();

 private:
  void block(const unsigned char* data);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> pending_ = {};
  size_t pending_size_ = 0;
  uint64_t total_ = 0;  // bytes
};

std::string sha256(std::string_view bytes);

}  // namespace ptecheck

#endif
