// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_ARCH_H
#define PTECHECK_SUBJECT_TREE_ARCH_H

#include <span>
#include <string>
#include <vector>

namespace ptecheck {

// An architecture that a kernel tree can be run on here: with a cross compiler of Debian bookworm,
// and qemu-user unless the machine runs its code itself.
struct TreeArch {
  const char* id;        // the kernel's ARCH: "arm64"
  const char* folder;    // arch/FOLDER, in the tree and in kernel_agent/: "arm64"
  const char* triplet;   // what the cross tools' names begin with; empty: this machine's own
  const char* emulator;  // "qemu-aarch64"; empty: none is needed
  const char* libc;      // Debian package of the static C library
  bool big_endian;
  // Relocations of calls and jumps to functions elsewhere, as objdump names them (a regex).
  const char* calls;
  unsigned call_bytes;  // length of the call that such a relocation belongs to
  // Assembler code of a function that is not modelled: calls
  // env_unmodelled(name, return address). %NAME% is the label of the name, %FUNCTION% its symbol.
  const char* stub;

  // "aarch64-linux-gnu-gcc" for "gcc".
  std::string tool(const std::string& name) const {
    return *triplet ? std::string(triplet) + "-" + name : name;
  }
  // What building and running an agent needs, in PATH.
  std::vector<std::string> tools() const;
  // The Debian packages that bring it, beyond those that a tree of this machine's architecture
  // needs.
  std::vector<std::string> packages() const;
};

// x86_64 first.
std::span<const TreeArch> treeArchs();

// Throws Error(kUsage), naming those there are.
const TreeArch& treeArch(const std::string& id);

}  // namespace ptecheck

#endif
