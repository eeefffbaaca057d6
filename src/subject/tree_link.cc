// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_link.h"

#include <set>
#include <sstream>

#include "scenario/error.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// Larger than what a datum's own fields span; the section takes no space in the file.
constexpr int kUnknownBytes = 65536;

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

CommandResult linkOnce(const std::vector<fs::path>& objects, const std::string& compiler,
                       const fs::path& stubs, const fs::path& output) {
  std::vector<std::string> argv = {compiler, "-static", "-no-pie", "-Wl,--gc-sections",
                                   "-Wl,-z,noexecstack"};
  for (const fs::path& object : objects) argv.push_back(object.string());
  argv.insert(argv.end(), {stubs.string(), "-o", output.string()});
  return runCommand({argv, {}, {}, {}});
}

void assemble(const std::string& source, const std::string& compiler, const fs::path& output) {
  const CommandResult result =
      runCommand({{compiler, "-x", "assembler", "-c", "-", "-o", output.string()}, {}, {}, source});
  if (!result.ok())
    throw Error(ErrorKind::kInternal,
                "The stubs of the agent do not assemble: " + firstError(result.error));
}

}  // namespace

UndefinedSymbols undefinedSymbols(const std::string& linker_errors, const std::string& relocations,
                                  const TreeArch& arch) {
  const Pattern call(arch.calls);
  std::set<std::string> called;
  std::istringstream lines(relocations);
  for (std::string offset, type, value; lines >> offset;) {
    if (!(std::getline(lines, value))) break;
    std::istringstream fields(value);
    if (fields >> type >> value && call.matches(type))
      called.insert(value.substr(0, value.find_first_of("+-")));
  }
  UndefinedSymbols out;
  std::set<std::string> names;
  const std::string mark = "undefined reference to `";
  for (size_t at = 0; (at = linker_errors.find(mark, at)) != linker_errors.npos;) {
    at += mark.size();
    names.insert(linker_errors.substr(at, linker_errors.find('\'', at) - at));
  }
  for (const std::string& name : names)
    (called.count(name) ? out.functions : out.data).push_back(name);
  return out;
}

std::string stubSource(const UndefinedSymbols& symbols, const TreeArch& arch) {
  std::ostringstream out, names;
  size_t number = 0;
  const auto nameOf = [&](const std::string& name) {
    // s390's larl reaches even addresses only, and the linker rounds others down.
    names << ".balign 2\n.Lname" << number << ": .asciz \"" << name << "\"\n";
    return ".Lname" + std::to_string(number++);
  };
  out << ".section .note.GNU-stack,\"\",%progbits\n.text\n";
  for (const std::string& name : symbols.functions) {
    std::string stub = arch.stub;
    replaceAll(stub, "%NAME%", nameOf(name));
    replaceAll(stub, "%FUNCTION%", name);
    out << ".globl " << name << "\n.type " << name << ", %function\n" << name << ":\n" << stub;
  }
  out << ".section .ptecheck_unknown, \"aw\", %nobits\n.balign 65536\n"
      << ".globl ptecheck_unknown_begin\nptecheck_unknown_begin:\n";
  std::ostringstream table;
  for (const std::string& name : symbols.data) {
    out << ".globl " << name << "\n.type " << name << ", %object\n.size " << name << ", "
        << kUnknownBytes << "\n"
        << name << ": .skip " << kUnknownBytes << "\n";
    table << ".quad " << name << ", " << kUnknownBytes << ", " << nameOf(name) << "\n";
  }
  out << ".balign 65536\n.globl ptecheck_unknown_end\nptecheck_unknown_end:\n"
      << ".section .rodata\n"
      << names.str() << ".balign 8\n.globl ptecheck_unknown_data\nptecheck_unknown_data:\n"
      << table.str() << ".quad 0, 0, 0\n";
  return out.str();
}

UndefinedSymbols linkAgent(const std::vector<fs::path>& objects, const TreeArch& arch,
                           const std::string& native_compiler, const fs::path& folder,
                           const std::string& name) {
  const fs::path stubs = folder / (name + "-stubs.o"), output = folder / name;
  const std::string compiler = arch.tool(native_compiler);
  assemble(stubSource({}, arch), compiler, stubs);
  CommandResult result = linkOnce(objects, compiler, stubs, output);
  UndefinedSymbols symbols;
  if (!result.ok()) {
    std::vector<std::string> argv = {arch.tool("objdump"), "-r"};
    for (const fs::path& object : objects) argv.push_back(object.string());
    symbols = undefinedSymbols(result.error, runCommand({argv, {}, {}, {}}).output, arch);
    assemble(stubSource(symbols, arch), compiler, stubs);
    result = linkOnce(objects, compiler, stubs, output);
  }
  if (!result.ok())
    throw Error(ErrorKind::kCannotTest, "The agent does not link: " + firstError(result.error) +
                                            "\nIs a static C library installed? apt-get install " +
                                            arch.libc + ".");
  fs::remove(stubs);
  return symbols;
}

}  // namespace ptecheck
