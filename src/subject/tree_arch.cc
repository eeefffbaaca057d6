// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_arch.h"

#include "scenario/error.h"

namespace ptecheck {
namespace {

// Relocations of calls: the ELF supplements of each architecture, as binutils 2.40 spells them.
// Stubs pass two arguments: where the name is, and where the caller would have gone on.
const TreeArch kArchs[] = {
    {.id = "x86_64",
     .folder = "x86",
     .triplet = "",
     .emulator = "",
     .libc = "libc6-dev",
     .big_endian = false,
     .calls = "R_X86_64_PLT32",
     .call_bytes = 5,
     .stub = "lea %NAME%(%rip), %rdi\nmov (%rsp), %rsi\njmp env_unmodelled\n"},
    {.id = "arm64",
     .folder = "arm64",
     .triplet = "aarch64-linux-gnu",
     .emulator = "qemu-aarch64",
     .libc = "libc6-dev-arm64-cross",
     .big_endian = false,
     .calls = "R_AARCH64_(CALL|JUMP)26",
     .call_bytes = 4,
     .stub = "adrp x0, %NAME%\nadd x0, x0, :lo12:%NAME%\nmov x1, x30\nb env_unmodelled\n"},
    {.id = "s390",
     .folder = "s390",
     .triplet = "s390x-linux-gnu",
     .emulator = "qemu-s390x",
     .libc = "libc6-dev-s390x-cross",
     .big_endian = true,
     .calls = "R_390_PLT32DBL",
     .call_bytes = 6,
     .stub = "larl %r2, %NAME%\nlgr %r3, %r14\njg env_unmodelled\n"},
    {.id = "powerpc",
     .folder = "powerpc",
     .triplet = "powerpc64le-linux-gnu",
     .emulator = "qemu-ppc64le",
     .libc = "libc6-dev-ppc64el-cross",
     .big_endian = false,
     .calls = "R_PPC64_REL24(_NOTOC)?",
     .call_bytes = 4,
     // The global entry sets up r2, the table of contents, from r12; callers of this static
     // executable have it already and come in behind that.
     .stub = "0: addis 2, 12, .TOC.-0b@ha\naddi 2, 2, .TOC.-0b@l\n"
             ".localentry %FUNCTION%, .-%FUNCTION%\n"
             "addis 3, 2, %NAME%@toc@ha\naddi 3, 3, %NAME%@toc@l\nmflr 4\nb env_unmodelled\nnop\n"},
    {.id = "riscv",
     .folder = "riscv",
     .triplet = "riscv64-linux-gnu",
     .emulator = "qemu-riscv64",
     .libc = "libc6-dev-riscv64-cross",
     .big_endian = false,
     .calls = "R_RISCV_(CALL_PLT|CALL|JAL)",
     .call_bytes = 4,
     .stub = "lla a0, %NAME%\nmv a1, ra\ntail env_unmodelled\n"},
};

}  // namespace

std::vector<std::string> TreeArch::tools() const {
  std::vector<std::string> out;
  for (const char* name : {"gcc", "ld", "objdump", "addr2line"}) out.push_back(tool(name));
  if (*emulator) out.push_back(emulator);
  return out;
}

std::vector<std::string> TreeArch::packages() const {
  if (!*triplet) return {};
  // The compiler only recommends the C library.
  return {"gcc-" + std::string(triplet), libc, "qemu-user"};
}

std::span<const TreeArch> treeArchs() { return kArchs; }

const TreeArch& treeArch(const std::string& id) {
  std::string known;
  for (const TreeArch& arch : kArchs) {
    if (id == arch.id) return arch;
    known += (known.empty() ? "" : ", ") + std::string(arch.id);
  }
  throw Error(ErrorKind::kUsage, "A kernel tree cannot be run for the architecture '" + id +
                                     "' here; there are " + known + ".");
}

}  // namespace ptecheck
