// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_IR_MODULE_H
#define PTECHECK_PROVE_IR_MODULE_H

#include <llvm-c/Types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ptecheck {

// Code as clang emits it with -emit-llvm: bitcode or text. Owns LLVM's objects.
class IrModule {
 public:
  // Reads the files and links them together. Throws Error(kCannotTest) if one is not LLVM IR that
  // this version of LLVM reads, or if two define the same function.
  explicit IrModule(const std::vector<std::filesystem::path>& files);
  // From text, for tests.
  static IrModule fromText(const std::string& text);
  ~IrModule();
  IrModule(IrModule&& other) noexcept;
  IrModule& operator=(IrModule&&) = delete;

  LLVMModuleRef module() const { return module_; }
  // Is there a body of this function?
  bool defines(const std::string& function) const;

 private:
  IrModule();
  void add(LLVMMemoryBufferRef buffer, const std::string& name);

  LLVMContextRef context_;
  LLVMModuleRef module_;
};

}  // namespace ptecheck

#endif
