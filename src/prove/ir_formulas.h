// SPDX-License-Identifier: GPL-2.0-only
//
// Functions in LLVM IR as formulas.
//
// What is translated is what entry helpers consist of once clang -O1 is through with them: integer
// arithmetic without a loop. A function becomes one expression over its arguments, by walking its
// blocks in topological order with the condition under which each is reached. Calls of functions
// that the module defines are followed.
//
// Memory is read, never written. What is read must be at a fixed place: a global variable, an
// address, a field behind a pointer that is itself at a fixed place. A constant's contents are
// known; every other byte is a free variable of its own, so that overlapping reads agree and a
// proof covers all values that the memory may have. That is how features of the processor come
// in: what is proved is proved of every processor.
//
// Assembler code may give any value (ir_assembler.h).
//
// A path that ends in a failed assertion gives no result; the condition for that is collected, and
// whoever proves something has to show that it is never met (takeFailure()).
//
// Everything else is refused, by name: an `IrRefusal` says which function and which instruction.
// Silence would be a proof about other code than the tree's.
#ifndef PTECHECK_PROVE_IR_FORMULAS_H
#define PTECHECK_PROVE_IR_FORMULAS_H

#include <z3++.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "prove/ir_assembler.h"
#include "prove/ir_module.h"

namespace ptecheck {

// "pte_mkwrite: %4 = load i64, i64* %3: reads memory at an address that depends on arguments"
class IrRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A piece of memory that was read, as a program would name it; or assembler code, which gives any
// value.
struct IrVariable {
  enum Kind { kGlobal, kMemory, kAssembler };

  std::string base;     // "boot_cpu_data"; "*current", "address 0"; IrAssembly::name
  std::int64_t offset;  // in bytes
  unsigned bytes;       // of the read
  z3::expr value;       // an expression of free variables
  Kind kind;            // kGlobal: base is the name of a global variable

  std::string name() const;  // "boot_cpu_data+112"
};

class IrFormulas {
 public:
  // Contents of a global variable, or the result of assembler code, if they are not to be free.
  using Known = std::function<std::optional<std::uint64_t>(const std::string& variable,
                                                           std::int64_t offset, unsigned bytes)>;

  // Module and context must outlive this.
  IrFormulas(const IrModule& module, z3::context& context, Known known = {});

  // The function's result for these arguments; widths are those of its type. Throws IrRefusal.
  z3::expr call(const std::string& function, const std::vector<z3::expr>& arguments);

  // The condition under which one of the calls since the last takeFailure() ended in a failed
  // assertion: in BUG(), that is, and gave no result.
  z3::expr takeFailure();

  // All that calls up to now have read and that is free, in order of name.
  std::vector<IrVariable> variables() const;

 private:
  friend class IrFunction;

  struct Place {
    std::string base;
    std::int64_t offset;
    unsigned bytes;
    bool operator<(const Place& other) const {
      return std::tie(base, offset, bytes) < std::tie(other.base, other.offset, other.bytes);
    }
  };

  z3::expr read(const std::string& base, bool is_global, std::int64_t offset, unsigned bytes);

  z3::expr assembled(const IrAssembly& code, unsigned width);

  const IrModule& module_;
  z3::context& context_;
  Known known_;
  bool big_endian_;
  std::map<Place, IrVariable> reads_;
  std::vector<z3::expr> failures_;
  unsigned calls_ = 0;  // of assembler code that may give another value each time
};

}  // namespace ptecheck

#endif
