// SPDX-License-Identifier: GPL-2.0-only
//
// The translator, instruction by instruction, on text that is easy to calculate by hand.
#include "prove/ir_formulas.h"

#include <gtest/gtest.h>

#include "scenario/error.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;

// f(a, b) of a module that defines it, calculated by way of the formula.
Word calculate(const std::string& module, Word a, Word b) {
  const IrModule code = IrModule::fromText(module);
  z3::context context;
  IrFormulas formulas(code, context);
  return formulas.call("f", {context.bv_val(a, 64), context.bv_val(b, 64)})
      .simplify()
      .get_numeral_uint64();
}
// ... of one that consists of these instructions; the last defines %r.
Word body(const std::string& instructions, Word a, Word b) {
  return calculate("define i64 @f(i64 %a, i64 %b) {\n" + instructions + "\n  ret i64 %r\n}\n", a,
                   b);
}
std::string refusal(const std::string& module) {
  const IrModule code = IrModule::fromText(module);
  z3::context context;
  IrFormulas formulas(code, context);
  try {
    formulas.call("f", {context.bv_const("a", 64), context.bv_const("b", 64)});
  } catch (const IrRefusal& refused) {
    return refused.what();
  }
  ADD_FAILURE() << "not refused: " << module;
  return "";
}
std::string refusedBody(const std::string& instructions) {
  return refusal("define i64 @f(i64 %a, i64 %b) {\n" + instructions + "\n  ret i64 %r\n}\n");
}
void has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

TEST(IrFormulas, Arithmetic) {
  const Word a = 0xf0f0000000000005, b = 3;
  EXPECT_EQ(body("%r = and i64 %a, %b", a, b), a & b);
  EXPECT_EQ(body("%r = or i64 %a, %b", a, b), a | b);
  EXPECT_EQ(body("%r = xor i64 %a, %b", a, b), a ^ b);
  EXPECT_EQ(body("%r = add i64 %a, %b", a, b), a + b);
  EXPECT_EQ(body("%r = sub i64 %b, %a", a, b), b - a);
  EXPECT_EQ(body("%r = mul i64 %a, %b", a, b), a * b);
  EXPECT_EQ(body("%r = shl i64 %a, %b", a, b), a << b);
  EXPECT_EQ(body("%r = lshr i64 %a, %b", a, b), a >> b);
  EXPECT_EQ(body("%r = ashr i64 %a, %b", a, b), 0xfe1e000000000000);
}

TEST(IrFormulas, Widths) {
  EXPECT_EQ(body("%t = trunc i64 %a to i8\n%r = zext i8 %t to i64", 0x1ff, 0), 0xffu);
  EXPECT_EQ(body("%t = trunc i64 %a to i8\n%r = sext i8 %t to i64", 0x180, 0), ~Word{0x7f});
}

TEST(IrFormulas, Comparisons) {
  const auto compare = [](const std::string& how, Word a, Word b) {
    return body("%c = icmp " + how + " i64 %a, %b\n%r = zext i1 %c to i64", a, b);
  };
  const Word minus = ~Word{0};
  for (const auto& [how, less, equal, greater] :
       {std::tuple("eq", 0, 1, 0), std::tuple("ne", 1, 0, 1), std::tuple("ult", 1, 0, 0),
        std::tuple("ule", 1, 1, 0), std::tuple("ugt", 0, 0, 1), std::tuple("uge", 0, 1, 1)}) {
    EXPECT_EQ(compare(how, 1, minus), Word(less)) << how;
    EXPECT_EQ(compare(how, 7, 7), Word(equal)) << how;
    EXPECT_EQ(compare(how, minus, 1), Word(greater)) << how;
  }
  for (const auto& [how, less, equal, greater] :
       {std::tuple("slt", 1, 0, 0), std::tuple("sle", 1, 1, 0), std::tuple("sgt", 0, 0, 1),
        std::tuple("sge", 0, 1, 1)}) {
    EXPECT_EQ(compare(how, minus, 1), Word(less)) << how;
    EXPECT_EQ(compare(how, 7, 7), Word(equal)) << how;
    EXPECT_EQ(compare(how, 1, minus), Word(greater)) << how;
  }
}

TEST(IrFormulas, SelectAndFreeze) {
  const std::string text =
      "%c = icmp eq i64 %b, 1\n%s = select i1 %c, i64 %a, i64 9\n%r = freeze i64 %s";
  EXPECT_EQ(body(text, 5, 1), 5u);
  EXPECT_EQ(body(text, 5, 2), 9u);
}

TEST(IrFormulas, BranchesMeetInPhi) {
  const std::string text =
      "define i64 @f(i64 %a, i64 %b) {\n"
      "entry:\n  %c = icmp eq i64 %a, 1\n  br i1 %c, label %one, label %other\n"
      "one:\n  br label %end\n"
      "other:\n  %d = icmp eq i64 %b, 1\n  br i1 %d, label %end, label %last\n"
      "last:\n  br label %end\n"
      "end:\n  %r = phi i64 [ 10, %one ], [ 20, %other ], [ 30, %last ]\n  ret i64 %r\n}\n";
  EXPECT_EQ(calculate(text, 1, 1), 10u);
  EXPECT_EQ(calculate(text, 2, 1), 20u);
  EXPECT_EQ(calculate(text, 2, 2), 30u);
}

TEST(IrFormulas, SwitchesAndSeveralReturns) {
  const std::string text =
      "define i64 @f(i64 %a, i64 %b) {\n"
      "  switch i64 %a, label %d [ i64 1, label %x\n i64 2, label %y\n i64 3, label %x ]\n"
      "x:\n  ret i64 100\n"
      "y:\n  ret i64 200\n"
      "d:\n  ret i64 %b\n}\n";
  EXPECT_EQ(calculate(text, 1, 7), 100u);
  EXPECT_EQ(calculate(text, 2, 7), 200u);
  EXPECT_EQ(calculate(text, 3, 7), 100u);
  EXPECT_EQ(calculate(text, 4, 7), 7u);
}

TEST(IrFormulas, Intrinsics) {
  const auto call2 = [](const std::string& name, Word a, Word b) {
    return calculate("declare i64 @llvm." + name +
                         ".i64(i64, i64)\n"
                         "define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 @llvm." +
                         name + ".i64(i64 %a, i64 %b)\n  ret i64 %r\n}\n",
                     a, b);
  };
  EXPECT_EQ(call2("umin", 3, ~Word{0}), 3u);
  EXPECT_EQ(call2("umax", 3, ~Word{0}), ~Word{0});
  EXPECT_EQ(call2("smin", 3, ~Word{0}), ~Word{0});
  EXPECT_EQ(call2("smax", 3, ~Word{0}), 3u);
  EXPECT_EQ(call2("expect", 3, 4), 3u);
  const std::string three =
      "declare i64 @llvm.fshl.i64(i64, i64, i64)\n"
      "declare i64 @llvm.fshr.i64(i64, i64, i64)\n"
      "declare i64 @llvm.bswap.i64(i64)\n";
  EXPECT_EQ(calculate(three + "define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 "
                              "@llvm.fshl.i64(i64 %a, i64 %b, i64 68)\n  ret i64 %r\n}\n",
                      0x1, Word{0xa} << 60),
            0x1au);
  EXPECT_EQ(calculate(three + "define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 "
                              "@llvm.fshr.i64(i64 %a, i64 %b, i64 4)\n  ret i64 %r\n}\n",
                      0x1, 0xb0),
            0x100000000000000bu);
  EXPECT_EQ(calculate(three + "define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 "
                              "@llvm.bswap.i64(i64 %a)\n  ret i64 %r\n}\n",
                      0x0102030405060708, 0),
            0x0807060504030201u);
}

TEST(IrFormulas, CallsAreFollowedAndReportsAreNot) {
  EXPECT_EQ(
      calculate("declare void @env_warn(i8*, i32, i8*)\n"
                "define internal i64 @twice(i64 %x) {\n  %y = add i64 %x, %x\n  ret i64 %y\n}\n"
                "define i64 @f(i64 %a, i64 %b) {\n"
                "  call void @env_warn(i8* null, i32 1, i8* null)\n"
                "  %t = call i64 @twice(i64 %a)\n  %r = call i64 @twice(i64 %t)\n"
                "  ret i64 %r\n}\n",
                5, 0),
      20u);
}

TEST(IrFormulas, ConstantsAreReadInTheirByteOrder) {
  const std::string text =
      "%s = type { i8, [2 x i32], i64 }\n"
      "@c = internal constant %s { i8 1, [2 x i32] [i32 2, i32 84281096], i64 4 }\n"
      "define i64 @f(i64 %a, i64 %b) {\n"
      "  %p = getelementptr %s, %s* @c, i64 0, i32 1, i64 1\n  %v = load i32, i32* %p\n"
      "  %q = bitcast i32* %p to i8*\n  %w = load i8, i8* %q\n"
      "  %x = zext i32 %v to i64\n  %y = zext i8 %w to i64\n  %z = shl i64 %y, 32\n"
      "  %r = or i64 %x, %z\n  ret i64 %r\n}\n";
  EXPECT_EQ(calculate("target datalayout = \"e\"\n" + text, 0, 0), 0x0805060708u);
  EXPECT_EQ(calculate("target datalayout = \"E\"\n" + text, 0, 0), 0x0505060708u);
}

// Memory that is no constant is free, the same place has the same contents, and overlapping reads
// agree.
TEST(IrFormulas, MemoryIsFreeButConsistent) {
  const std::string text =
      "@m = global i64 5\n"
      "define i64 @f(i64 %a, i64 %b) {\n"
      "  %v = load i64, i64* @m\n  %p = bitcast i64* @m to i8*\n"
      "  %q = getelementptr i8, i8* %p, i64 1\n  %w = load volatile i8, i8* %q\n"
      "  %x = lshr i64 %v, 8\n  %y = trunc i64 %x to i8\n  %d = xor i8 %y, %w\n"
      "  %e = zext i8 %d to i64\n  %g = load i64, i64* @m\n  %h = and i64 %g, %a\n"
      "  %r = or i64 %e, %h\n  ret i64 %r\n}\n";
  const IrModule code = IrModule::fromText(text);
  z3::context context;
  IrFormulas formulas(code, context);
  const auto result = [&](Word a) {
    return formulas.call("f", {context.bv_val(a, 64), context.bv_val(0, 64)});
  };
  EXPECT_EQ(result(0).get_numeral_uint64(), 0u);
  EXPECT_FALSE(result(1).is_numeral());
  ASSERT_EQ(formulas.variables().size(), 2u);
  EXPECT_EQ(formulas.variables()[0].name(), "m+0");
  EXPECT_EQ(formulas.variables()[1].name(), "m+1");
  EXPECT_EQ(formulas.variables()[0].kind, IrVariable::kGlobal);

  IrFormulas known(code, context, [](const std::string& name, std::int64_t offset, unsigned bytes) {
    return name == "m" && offset == 0 && bytes == 8 ? std::optional<Word>(6) : std::nullopt;
  });
  z3::solver solver(context);
  solver.add(known.call("f", {context.bv_val(2, 64), context.bv_val(0, 64)}) ==
             context.bv_val(0, 64));
  EXPECT_EQ(solver.check(), z3::unsat);  // 6 & 2 is set
}

TEST(IrFormulas, FailedAssertionsAreCollectedWithTheirCondition) {
  const IrModule code = IrModule::fromText(
      "declare void @env_bug(i8*, i32, i8*)\n"
      "define i64 @g(i64 %a) {\n"
      "  %c = icmp ugt i64 %a, 9\n  br i1 %c, label %bad, label %good\n"
      "bad:\n  call void @env_bug(i8* null, i32 1, i8* null)\n  unreachable\n"
      "good:\n  ret i64 %a\n}\n"
      "define i64 @f(i64 %a, i64 %b) {\n"
      "  %c = icmp eq i64 %b, 1\n  br i1 %c, label %y, label %n\n"
      "y:\n  %r = call i64 @g(i64 %a)\n  ret i64 %r\n"
      "n:\n  ret i64 0\n}\n");
  z3::context context;
  IrFormulas formulas(code, context);
  const auto fails = [&](Word a, Word b) {
    formulas.call("f", {context.bv_val(a, 64), context.bv_val(b, 64)});
    return formulas.takeFailure().is_true();
  };
  EXPECT_TRUE(fails(10, 1));
  EXPECT_FALSE(fails(9, 1));
  EXPECT_FALSE(fails(10, 2));  // where it is not called
}

// Two pieces of code, and what can be said of the difference of their results.
struct Assembled {
  bool always_equal;
  std::vector<std::string> names;
};
Assembled assembled(const std::string& first, const std::string& second) {
  const IrModule code = IrModule::fromText("define i64 @f(i64 %a, i64 %b) {\n  %x = call i64 asm " +
                                           first + "\n  %y = call i64 asm " + second +
                                           "\n  %r = xor i64 %x, %y\n  ret i64 %r\n}\n");
  z3::context context;
  IrFormulas formulas(code, context);
  z3::solver solver(context);
  solver.add(formulas.call("f", {context.bv_const("a", 64), context.bv_const("b", 64)}) !=
             context.bv_val(0, 64));
  Assembled out{solver.check() == z3::unsat, {}};
  for (const IrVariable& variable : formulas.variables()) {
    EXPECT_EQ(variable.kind, IrVariable::kAssembler);
    out.names.push_back(variable.name());
  }
  return out;
}

TEST(IrFormulas, AssemblerCodeOfConstantsIsOneFreeValue) {
  const std::string li = R"(".if 1\0A\09li $0, $1", "=r,I")";
  const Assembled same = assembled(li + "(i64 3)", li + "(i64 3)");
  EXPECT_TRUE(same.always_equal);
  ASSERT_EQ(same.names.size(), 1u);
  has(same.names[0], "assembler code \"li $0, $1\" (");
  const Assembled others = assembled(li + "(i64 3)", li + "(i64 4)");
  EXPECT_FALSE(others.always_equal);
  EXPECT_EQ(others.names.size(), 2u);
}

TEST(IrFormulas, OtherAssemblerCodeIsFreeEachTime) {
  const std::string volatile_code = R"(sideeffect "rd $0", "=r"())";
  EXPECT_FALSE(assembled(volatile_code, volatile_code).always_equal);
  const std::string of_argument = R"("x $0", "=r,0"(i64 %a))";
  const Assembled twice = assembled(of_argument, of_argument);
  EXPECT_FALSE(twice.always_equal);
  EXPECT_EQ(twice.names.size(), 2u);
}

TEST(IrFormulas, PatchedJumpsGoTheSameWayEachTime) {
  const auto jump = [](const char* n, int key) {
    return std::string("  callbr void asm sideeffect \"j ${1:l}\", \"i,X\"(i64 ") +
           std::to_string(key) + ", i8* blockaddress(@f, %no" + n + "))\n          to label %yes" +
           n + " [label %no" + n + "]\n";
  };
  const auto module = [&jump](int first, int second) {
    return "define i64 @f(i64 %a, i64 %b) {\n" + jump("1", first) + "no1:\n  br label %yes1\n" +
           "yes1:\n  %x = phi i64 [ 1, %0 ], [ 2, %no1 ]\n" + jump("2", second) +
           "no2:\n  br label %yes2\n" + "yes2:\n  %y = phi i64 [ 1, %yes1 ], [ 2, %no2 ]\n" +
           "  %r = xor i64 %x, %y\n  ret i64 %r\n}\n";
  };
  const auto equal = [](const std::string& text) {
    const IrModule code = IrModule::fromText(text);
    z3::context context;
    IrFormulas formulas(code, context);
    z3::solver solver(context);
    solver.add(formulas.call("f", {context.bv_const("a", 64), context.bv_const("b", 64)}) !=
               context.bv_val(0, 64));
    return solver.check() == z3::unsat;
  };
  EXPECT_TRUE(equal(module(7, 7)));
  EXPECT_FALSE(equal(module(7, 8)));
}

TEST(IrFormulas, RefuseByFunctionAndInstruction) {
  has(refusedBody("%r = udiv i64 %a, %b"), "f: '%r = udiv i64 %a, %b'");
  has(refusedBody("%r = call i64 asm \"x $0\", \"=r,~{memory}\"()"), "writes memory");
  has(refusedBody("call void asm sideeffect \"x\", \"\"()\n%r = add i64 %a, 0"), "no integer");
  has(refusedBody("%p = inttoptr i64 %a to i64*\n%r = load i64, i64* %p"), "inttoptr");
  has(refusedBody("%p = alloca i64\nstore i64 %a, i64* %p\n%r = load i64, i64* %p"), "alloca");
  has(refusedBody("%p = getelementptr i64, i64* null, i64 %a\n%r = load i64, i64* %p"),
      "an address that depends on arguments");
  has(refusedBody("%r = load i64, i64* bitcast (i64 (i64, i64)* @f to i64*)"), "constant");
  has(refusal("declare i64 @elsewhere(i64)\n"
              "define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 @elsewhere(i64 %a)\n"
              "  ret i64 %r\n}\n"),
      "whose code is not here");
  has(refusal("define i64 @f(i64 %a, i64 %b) {\n  %r = call i64 @f(i64 %a, i64 %b)\n"
              "  ret i64 %r\n}\n"),
      "recursive");
  has(refusal("declare i64 @llvm.ctpop.i64(i64)\ndefine i64 @f(i64 %a, i64 %b) {\n"
              "  %r = call i64 @llvm.ctpop.i64(i64 %a)\n  ret i64 %r\n}\n"),
      "intrinsic");
  has(refusal("define i64 @f(i64 %a, i64 %b) {\nentry:\n  br label %again\nagain:\n"
              "  %c = icmp eq i64 %a, 0\n  br i1 %c, label %again, label %end\n"
              "end:\n  ret i64 %a\n}\n"),
      "a loop");
  has(refusal("define i64 @f(i64 %a) {\n  ret i64 %a\n}\n"), "number of arguments");
  has(refusal("define i32 @f(i32 %a, i64 %b) {\n  ret i32 %a\n}\n"), "another type");
}

TEST(IrModule, SaysWhatIsNoCode) {
  try {
    IrModule::fromText("this is no code");
    ADD_FAILURE() << "read";
  } catch (const Error& error) {
    has(error.what(), "no LLVM IR");
  }
  const IrModule code = IrModule::fromText("declare i64 @g()\ndefine i64 @f() {\n  ret i64 1\n}\n");
  EXPECT_TRUE(code.defines("f"));
  EXPECT_FALSE(code.defines("g"));
  EXPECT_FALSE(code.defines("h"));
}

}  // namespace
}  // namespace ptecheck
