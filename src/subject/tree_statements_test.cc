// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_statements.h"

#include <gtest/gtest.h>

namespace ptecheck {
namespace {

TEST(Statements, AreLinesInBodiesThatDoSomething) {
  const std::string source =
      "#define TWICE(x) ((x) * 2)\n"  // 1
      "struct pair {\n"               // 2
      "\tint a, b;\n"                 // 3
      "};\n"                          // 4
      "int f(int n);\n"               // 5
      "static int f(int n)\n"         // 6
      "{\n"                           // 7
      "\tstruct pair *p, q[2];\n"     // 8
      "\tint m = TWICE(n);\n"         // 9: has a value
      "\n"                            // 10
      "\t/* a comment\n"              // 11
      "\t * g(n); goes on */\n"       // 12
      "\tif (n)\n"                    // 13
      "\t\tgoto out;\n"               // 14
      "\telse if (m)\n"               // 15
      "\t\tn++; // done\n"            // 16
      "#ifdef CONFIG_X\n"             // 17
      "\tg(n,\n"                      // 18
      "\t  m);\n"                     // 19
      "#endif\n"                      // 20
      "out:\n"                        // 21
      "\treturn n;\n"                 // 22
      "}\n"                           // 23
      "int after = 1;\n";             // 24
  EXPECT_EQ(statementLines(source), (std::set<unsigned>{9, 13, 15, 16, 18, 19, 22}));
}

}  // namespace
}  // namespace ptecheck
