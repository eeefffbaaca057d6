// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_module.h"

#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/Linker.h>

#include <utility>

#include "scenario/error.h"

namespace ptecheck {
namespace {

// Takes over a message of LLVM's.
std::string taken(char* message) {
  std::string text = message ? message : "";
  if (message) LLVMDisposeMessage(message);
  return text;
}

// What linking reports comes through the context's handler; without one LLVM ends the program.
void keepDiagnostic(LLVMDiagnosticInfoRef info, void* text) {
  *static_cast<std::string*>(text) += taken(LLVMGetDiagInfoDescription(info));
}

}  // namespace

IrModule::IrModule() : context_(LLVMContextCreate()), module_(nullptr) {}

IrModule::IrModule(const std::vector<std::filesystem::path>& files) : IrModule() {
  for (const std::filesystem::path& file : files) {
    LLVMMemoryBufferRef buffer = nullptr;
    char* message = nullptr;
    if (LLVMCreateMemoryBufferWithContentsOfFile(file.c_str(), &buffer, &message))
      throw Error(ErrorKind::kCannotTest,
                  "Cannot read " + file.string() + ": " + taken(message) + ".");
    add(buffer, file.string());
  }
}

IrModule IrModule::fromText(const std::string& text) {
  IrModule out;
  out.add(LLVMCreateMemoryBufferWithMemoryRangeCopy(text.data(), text.size(), "text"), "text");
  return out;
}

IrModule::IrModule(IrModule&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)),
      module_(std::exchange(other.module_, nullptr)) {}

IrModule::~IrModule() {
  if (module_) LLVMDisposeModule(module_);
  if (context_) LLVMContextDispose(context_);
}

void IrModule::add(LLVMMemoryBufferRef buffer, const std::string& name) {
  LLVMModuleRef module = nullptr;
  char* message = nullptr;
  if (LLVMParseIRInContext(context_, buffer, &module, &message))  // consumes the buffer
    throw Error(ErrorKind::kCannotTest, name + " is no LLVM IR that LLVM 14 reads: " +
                                            taken(message) + ". It must come from clang 14.");
  if (!module_) {
    module_ = module;
    return;
  }
  std::string diagnostics;
  LLVMContextSetDiagnosticHandler(context_, keepDiagnostic, &diagnostics);
  const bool failed = LLVMLinkModules2(module_, module);  // consumes `module`
  LLVMContextSetDiagnosticHandler(context_, nullptr, nullptr);
  if (failed) throw Error(ErrorKind::kCannotTest, "Cannot link " + name + ": " + diagnostics + ".");
}

bool IrModule::defines(const std::string& function) const {
  const LLVMValueRef found = module_ ? LLVMGetNamedFunction(module_, function.c_str()) : nullptr;
  return found && !LLVMIsDeclaration(found);
}

}  // namespace ptecheck
