/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The helpers of page-table entries that are looked at one by one: compared with the model's, and
 * proved. Shared by helpers.c (kernel headers), helpers_main.c (libc) and src/prove (C++).
 *
 * Each helper is a function on plain 64-bit numbers,
 *
 *     HelperWord helper_NAME(HelperWord a, HelperWord b);
 *
 * where NAME and its words are those of src/pte/format.h. Entries and protections go in and come
 * out as pte_val() and pgprot_val(), whatever a tree's pte_t looks like in memory. A tree that
 * lacks a helper has no such function: it is reported by name.
 */
#ifndef PTECHECK_KERNEL_AGENT_HELPERS_H
#define PTECHECK_KERNEL_AGENT_HELPERS_H

typedef unsigned long long HelperWord;

/*
 * HELPER(name, words, result, second)
 *   words   how many of a and b it looks at
 *   result  WORD, or BOOL (0 or 1)
 *   second  what b is, if there is one: ENTRY, PROTECTION, NUMBER, FLAGS (FPB_RESPECT_* of
 *           src/pte/batch.h)
 */
#define PTECHECK_HELPERS(HELPER)                        \
  /* entries and protections there are */               \
  HELPER(none, 0, WORD, NUMBER)                         \
  HELPER(page_readonly, 0, WORD, NUMBER)                \
  HELPER(page_none, 0, WORD, NUMBER)                    \
  /* forms */                                           \
  HELPER(pte_none, 1, BOOL, NUMBER)                     \
  HELPER(pte_present, 1, BOOL, NUMBER)                  \
  HELPER(pte_same, 2, BOOL, ENTRY)                      \
  /* asking */                                          \
  HELPER(pte_write, 1, BOOL, NUMBER)                    \
  HELPER(pte_dirty, 1, BOOL, NUMBER)                    \
  HELPER(pte_young, 1, BOOL, NUMBER)                    \
  HELPER(pte_soft_dirty, 1, BOOL, NUMBER)               \
  HELPER(pte_uffd_wp, 1, BOOL, NUMBER)                  \
  HELPER(pte_protnone, 1, BOOL, NUMBER)                 \
  HELPER(pte_special, 1, BOOL, NUMBER)                  \
  HELPER(pte_shstk, 1, BOOL, NUMBER)                    \
  HELPER(pte_accessible, 1, BOOL, NUMBER)               \
  HELPER(pte_pfn, 1, WORD, NUMBER)                      \
  /* changing; pte_mkwrite() in an ordinary VMA, and in a shadow stack */ \
  HELPER(pte_mkwrite_novma, 1, WORD, NUMBER)            \
  HELPER(pte_mkwrite_plain, 1, WORD, NUMBER)            \
  HELPER(pte_mkwrite_stack, 1, WORD, NUMBER)            \
  HELPER(pte_wrprotect, 1, WORD, NUMBER)                \
  HELPER(pte_mkdirty, 1, WORD, NUMBER)                  \
  HELPER(pte_mkclean, 1, WORD, NUMBER)                  \
  HELPER(pte_mkyoung, 1, WORD, NUMBER)                  \
  HELPER(pte_mkold, 1, WORD, NUMBER)                    \
  HELPER(pte_mksoft_dirty, 1, WORD, NUMBER)             \
  HELPER(pte_clear_soft_dirty, 1, WORD, NUMBER)         \
  HELPER(pte_mkuffd_wp, 1, WORD, NUMBER)                \
  HELPER(pte_clear_uffd_wp, 1, WORD, NUMBER)            \
  HELPER(pte_mkspecial, 1, WORD, NUMBER)                \
  HELPER(pte_advance_pfn, 2, WORD, NUMBER)              \
  HELPER(pfn_pte, 2, WORD, PROTECTION)                  \
  HELPER(pte_modify, 2, WORD, PROTECTION)               \
  /* swap entries: (type, offset) */                    \
  HELPER(swp_entry, 2, WORD, NUMBER)                    \
  HELPER(swp_type, 1, WORD, NUMBER)                     \
  HELPER(swp_offset, 1, WORD, NUMBER)                   \
  HELPER(pte_swp_soft_dirty, 1, BOOL, NUMBER)           \
  HELPER(pte_swp_uffd_wp, 1, BOOL, NUMBER)              \
  HELPER(pte_swp_exclusive, 1, BOOL, NUMBER)            \
  HELPER(pte_swp_mksoft_dirty, 1, WORD, NUMBER)         \
  HELPER(pte_swp_mkuffd_wp, 1, WORD, NUMBER)            \
  HELPER(pte_swp_mkexclusive, 1, WORD, NUMBER)          \
  HELPER(pte_swp_clear_uffd_wp, 1, WORD, NUMBER)        \
  HELPER(pte_swp_clear_exclusive, 1, WORD, NUMBER)      \
  /* batches: __pte_batch_clear_ignored(); the second also obeys FPB_RESPECT_WRITE (6.17) */ \
  HELPER(pte_batch_clear_ignored, 2, WORD, FLAGS)       \
  HELPER(pte_batch_clear_ignored_write, 2, WORD, FLAGS) \
  /* of this processor, not of entries: does it have user shadow stacks? */ \
  HELPER(cpu_shadow_stack, 0, BOOL, NUMBER)             \
  /* riscv: Svnapot, and the bits that hold memory types; both come from patched code */ \
  HELPER(cpu_svnapot, 0, BOOL, NUMBER)                  \
  HELPER(cpu_memory_types, 0, WORD, NUMBER)

/*
 * The program. Its argument is an open file descriptor of memory: HELPER_COLUMNS columns of
 * HELPER_ROWS words. It reads requests of four words from stdin, and answers each by one word on
 * stdout. All words, in columns too, are little endian, whatever the program's architecture.
 */
enum { HELPER_COLUMNS = 3, HELPER_ROWS = 1 << 15 };

enum HelperCommand {
  HELPER_HAS = 1,   /* number of a helper -> 1 if this tree has it */
  HELPER_CALL = 2,  /* number, rows: column 2 = helper(column 0, column 1) */
  HELPER_STORE = 3, /* address, bytes (1, 2, 4, 8), value: sets a variable of the kernel */
  HELPER_FETCH = 4  /* address, bytes -> value */
};
enum { HELPER_DONE = 0x6f6b }; /* the answer to the others */

#endif
