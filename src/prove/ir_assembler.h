// SPDX-License-Identifier: GPL-2.0-only
//
// Assembler code inside C: which of its results can be reasoned about without reading it.
//
// Helpers contain assembler code where the kernel patches itself: "alternatives" give a constant
// that depends on the processor (riscv's _PAGE_MTMASK), static keys and feature tests jump or do
// not. Nothing here knows any instruction. What is used is what the compiler may rely on, too: code
// that is not volatile calculates its results from its operands alone, and code that does not
// declare "memory" writes none. So a result may be *any value*:
//
//   operands all constant, not volatile      one free value for that code, the same wherever the
//   or a jump (always volatile)              code is: what is patched is patched once
//   anything else                            a free value for each call
//
// What is proved for any value is proved for the right one. What is refuted may be refuted by a
// value that the code never gives; a replay in the compiled tree tells (tree_lemma.h).
#ifndef PTECHECK_PROVE_IR_ASSEMBLER_H
#define PTECHECK_PROVE_IR_ASSEMBLER_H

#include <llvm-c/Core.h>

#include <string>

namespace ptecheck {

struct IrAssembly {
  std::string name;      // for people: assembler code "li $0, 0" (3f2a91c0)
  std::string identity;  // the text and its constant operands
  bool is_constant;      // one value wherever it is
  std::string refusal;   // why its result cannot be any value; empty: it can
};

// Of a call, or of an `asm goto`, of assembler code.
IrAssembly assemblyOf(LLVMValueRef call);

}  // namespace ptecheck

#endif
