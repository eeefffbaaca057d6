// SPDX-License-Identifier: GPL-2.0-only
/*
 * The libc half of the helper program: answers requests (helpers.h) with the tree's own helpers.
 *
 * A helper that calls a function which nobody defined, reads an unknown variable or runs into an
 * assertion ends the program, and says why on stderr: there is no result to give.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel_agent/boundary.h"
#include "kernel_agent/helpers.h"

typedef HelperWord Helper(HelperWord, HelperWord);

#define HELPER(name, words, result, second) Helper helper_##name __attribute__((weak));
PTECHECK_HELPERS(HELPER)
#undef HELPER

#define HELPER(name, words, result, second) {helper_##name, #name},
static const struct {
  Helper *call; /* null: not in this tree */
  const char *name;
} helpers[] = {PTECHECK_HELPERS(HELPER)};

void helpersBegin(void);

static const char *running = "no helper";

static _Noreturn void stop(const char *what, const char *name) {
  fprintf(stderr, "%s: %s%s\n", running, what, name);
  exit(2);
}

/* Ways out that tree_link.h's stubs and overlay/asm/bug.h know. A warning changes no result. */
void env_unmodelled(const char *name, void *return_address) {
  (void)return_address;
  stop("calls a function that is not there: ", name);
}
_Noreturn void env_bug(const char *file, int line, const char *text);
_Noreturn void env_bug(const char *file, int line, const char *text) {
  (void)line;
  (void)text;
  stop("an assertion of the tree fails in ", file);
}
void env_warn(const char *file, int line, const char *text);
void env_warn(const char *file, int line, const char *text) {
  (void)file;
  (void)line;
  (void)text;
}
void warn_slowpath_fmt(const char *file, int line, unsigned taint, const char *format, ...);
void warn_slowpath_fmt(const char *file, int line, unsigned taint, const char *format, ...) {
  (void)file;
  (void)line;
  (void)taint;
  (void)format;
}

static uint64_t little(uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(word);
#else
  return word;
#endif
}

static int transfer(uint64_t *words, size_t bytes, int writing) {
  char *at = (char *)words;

  while (bytes) {
    const ssize_t n = writing ? write(1, at, bytes) : read(0, at, bytes);
    if (n <= 0) return 0;
    at += n;
    bytes -= (size_t)n;
  }
  return 1;
}

static void call(uint64_t number, uint64_t rows, uint64_t *columns) {
  Helper *const helper = helpers[number].call;
  uint64_t i;

  running = helpers[number].name;
  for (i = 0; i < rows; i++)
    columns[2 * HELPER_ROWS + i] =
        little(helper(little(columns[i]), little(columns[HELPER_ROWS + i])));
}

static void store(uint64_t address, uint64_t bytes, uint64_t value) {
  const uint8_t value8 = (uint8_t)value;
  const uint16_t value16 = (uint16_t)value;
  const uint32_t value32 = (uint32_t)value;
  const void *from = bytes == 1   ? (const void *)&value8
                     : bytes == 2 ? (const void *)&value16
                     : bytes == 4 ? (const void *)&value32
                                  : (const void *)&value;

  running = "storing a variable";
  memcpy((void *)(uintptr_t)address, from, bytes);
}

static uint64_t fetch(uint64_t address, uint64_t bytes) {
  const void *from = (const void *)(uintptr_t)address;

  running = "reading a variable";
  return bytes == 1   ? *(const uint8_t *)from
         : bytes == 2 ? *(const uint16_t *)from
         : bytes == 4 ? *(const uint32_t *)from
                      : *(const uint64_t *)from;
}

int main(int count, char **arguments) {
  const size_t bytes = (size_t)HELPER_COLUMNS * HELPER_ROWS * sizeof(uint64_t);
  uint64_t request[4], answer, *columns;
  size_t i;

  if (count != 2) stop("wants one argument, a file descriptor", "");
  columns = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(arguments[1]), 0);
  if (columns == MAP_FAILED) stop("cannot map the columns", "");
  mprotect(ptecheck_unknown_begin,
           (size_t)((uintptr_t)ptecheck_unknown_end - (uintptr_t)ptecheck_unknown_begin), PROT_NONE);
  helpersBegin();
  while (transfer(request, sizeof(request), 0)) {
    for (i = 0; i < 4; i++) request[i] = little(request[i]);
    answer = HELPER_DONE;
    if (request[0] == HELPER_STORE)
      store(request[1], request[2], request[3]);
    else if (request[0] == HELPER_FETCH)
      answer = fetch(request[1], request[2]);
    else if (request[1] >= sizeof(helpers) / sizeof(helpers[0]))
      stop("no such helper", "");
    else if (request[0] == HELPER_HAS)
      answer = helpers[request[1]].call != 0;
    else if (helpers[request[1]].call && request[2] <= HELPER_ROWS)
      call(request[1], request[2], columns);
    else
      stop("this tree has no such helper", "");
    answer = little(answer);
    if (!transfer(&answer, sizeof(answer), 1)) break;
  }
  return 0;
}
