// SPDX-License-Identifier: GPL-2.0-only
#include "report/archs.h"

#include <type_traits>
#include <vector>

#include "pte/architectures.h"
#include "report/layout.h"
#include "report/names.h"

namespace ptecheck {

namespace {

const char* yes(bool condition) { return condition ? "yes" : "."; }

const char* whoMarks(AccessedDirty who) {
  switch (who) {
    case AccessedDirty::kHardware:
      return "hardware";
    case AccessedDirty::kFault:
      return "fault";
    case AccessedDirty::kTlbHandler:
      break;
  }
  return "TLB handler";
}

template <class F>
std::vector<std::string> cellsOf() {
  return {whoMarks(F::kAccessedDirty),
          yes(F::kHasSoftDirty),
          yes(F::kHasUffdWp),
          yes(F::kHasShadowStack),
          !F::kDefersTlbFlush      ? "."
          : F::kDefersOnlyIfRemote ? "remote"
                                   : "yes",
          F::kContiguous > 1 ? std::to_string(F::kContiguous) : ".",
          std::to_string(F::kTableSlots)};
}

}  // namespace

std::string archList() {
  std::vector<NamedThing> names;
  Table table;
  for (const char* column : {"accessed, dirty by", "soft- dirty", "uffd- wp", "shadow stack",
                             "deferred flush", "contiguous block", "table entries"})
    table.addColumn(column);
  for (Arch arch = 0; arch < kArchs; ++arch) {
    names.push_back({archId(arch), archName(arch)});
    table.addLine(archId(arch),
                  withFormat(arch, []<class F>(std::type_identity<F>) { return cellsOf<F>(); }));
  }
  return nameList(names) + '\n' + table.print() + '\n' +
         paragraph(
             "Accessed, dirty: who sets them. Deferred flush: unmapping may leave the TLB flush "
             "for later; remote: only if another CPU may hold translations. Contiguous block: "
             "entries that hardware may take as one.");
}

}  // namespace ptecheck
