// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_assembler.h"

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string_view>

namespace ptecheck {
namespace {

constexpr std::size_t kLongestInstruction = 32;

std::string printed(LLVMValueRef value) {
  char* text = LLVMPrintValueToString(value);
  std::string out = text;
  LLVMDisposeMessage(text);
  return out;
}

// LLVM prints what is not printable, and quotes, as a backslash and two hexadecimal digits.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The first line that is an instruction: no directive, no label.
std::string firstInstruction(const std::string& code) {
  std::istringstream lines(code);
  for (std::string line; std::getline(lines, line);) {
    std::string words;
    for (char c : line) {
      const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
      if (!space || (!words.empty() && words.back() != ' ')) words += space ? ' ' : c;
    }
    while (!words.empty() && words.back() == ' ') words.pop_back();
    if (words.empty() || words[0] == '.' || words[0] == '#' || words.back() == ':') continue;
    return words.substr(0, kLongestInstruction);
  }
  return "";
}

// FNV-1a: two pieces of code may begin alike.
std::string shortHash(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  char out[12];
  std::snprintf(out, sizeof(out), "%08x", hash);
  return out;
}

}  // namespace

IrAssembly assemblyOf(LLVMValueRef call) {
  // TYPE asm [sideeffect] [...] "CODE", "CONSTRAINTS"; neither of both contains a plain quote.
  const std::string text = printed(LLVMGetCalledValue(call));
  const std::size_t end = text.rfind('"');
  const std::size_t constraints = text.rfind('"', end - 1) + 1;
  const std::size_t code_end = text.rfind('"', constraints - 2);
  const std::size_t code = text.rfind('"', code_end - 1) + 1;
  const std::string_view flags = std::string_view(text).substr(0, code);
  const std::string_view operands = std::string_view(text).substr(constraints, end - constraints);
  const bool jumps = LLVMGetInstructionOpcode(call) == LLVMCallBr;

  IrAssembly out;
  out.identity = text;
  out.is_constant = jumps || flags.find(" sideeffect ") == flags.npos;
  for (unsigned i = 0; i < LLVMGetNumArgOperands(call); ++i) {
    const LLVMValueRef operand = LLVMGetOperand(call, i);
    if (!LLVMIsConstant(operand)) out.is_constant = false;
    // Where a jump leads to differs from place to place; that it is taken does not.
    if (!LLVMIsABlockAddress(operand)) out.identity += ", " + printed(operand);
  }
  if (operands.find("~{memory}") != operands.npos || operands.find("=*") != operands.npos)
    out.refusal = "assembler code that writes memory";
  out.name = "assembler code \"" + firstInstruction(unescaped(text.substr(code, code_end - code))) +
             "\" (" + shortHash(out.identity) + ")";
  return out;
}

}  // namespace ptecheck
