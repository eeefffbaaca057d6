/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world that stays from scenario to scenario: processes, page tables, VMAs, the anon_vma. Part
 * of agent.c.
 *
 * Speed comes from leaving it alone. Each mm_struct and VMA has an image, a copy of how it looks
 * before a scenario; a scenario begins by copying the image back, which costs less than finding out
 * what changed and cannot miss a field. VMAs and the interval tree are made anew only when the
 * geometry differs from the previous scenario's. Page tables are zero between scenarios: each
 * scenario writes its few slots and empties them again.
 *
 * Page frames: 0 .. 0xbff as flat.h says (the folio, its neighbours, foreign pages), then 128 frames
 * a process. Its upper tables (pgd, p4d, pud, pmd) have four frames each, the room that s390's need
 * (crst tables, 16 KB); then come the page tables, each with its canary right behind it. A canary is
 * what a batch meets that walks off the end of a page table: see fillCanaries() in build.h.
 */
#ifndef PTECHECK_KERNEL_AGENT_WORLD_H
#define PTECHECK_KERNEL_AGENT_WORLD_H

enum {
  TABLE_PFN = 0xc00,
  PROCESS_FRAMES = 128,
  UPPER_FRAMES = 4,
  SLOTS = TABLES * TABLE_SLOTS,              /* of a process; entries of one page table differ: */
  TABLE_COUNT = SLOTS / ARCH_TABLE_SLOTS,    /* 2 to 32 */
  RSS_BASE = 1000, /* so that a count that goes below its start does not go below zero */
  MM_BYTES = sizeof(struct mm_struct) + 256 /* the CPU masks lie behind the struct */
};

typedef struct Process {
  struct mm_struct *mm;
  struct vm_area_struct vma[2];
  struct vm_area_struct vma_image[2];
  struct anon_vma_chain avc[2];
  pte_t *table[TABLE_COUNT];
  pte_t *canary[TABLE_COUNT];
} Process;

static Process processes[MAX_PROCESSES];
static char mm_storage[MAX_PROCESSES][MM_BYTES] __aligned(64);
static char mm_image[MAX_PROCESSES][MM_BYTES] __aligned(64);
static struct anon_vma anon_vma_storage;
static struct address_space file_mapping; /* of every folio that is not anonymous */
static struct file mapped_file;           /* of every VMA_FILE, with no functions of its own */
static const struct vm_operations_struct file_vm_ops;
static struct task_struct agent_task;

/* The geometry that VMAs and interval tree are built for. */
static struct {
  bool valid, file;
  unsigned processes, first;
  unsigned short split[MAX_PROCESSES];
} geometry;

/* Out of line and of no constant size, so that libc's copy is called: what the compiler expands in
 * place (rep movs) takes twice as long to get going. */
static noinline __noclone void copyBytes(void *to, const void *from, unsigned long bytes) {
  memcpy(to, from, bytes);
}

static noinline __noclone void zeroBytes(void *to, unsigned long bytes) { memset(to, 0, bytes); }

static inline pte_t *slotOf(Process *p, unsigned slot) {
  return p->table[slot / ARCH_TABLE_SLOTS] + slot % ARCH_TABLE_SLOTS;
}

static inline unsigned long slotAddress(unsigned slot) {
  return USER_BASE + (unsigned long)slot * PAGE_SIZE;
}

static inline bool sameEntry(pte_t a, pte_t b) { return pte_val(a) == pte_val(b); }

static void *frameAddress(unsigned long pfn) { return __va(PFN_PHYS(pfn)); }

/* pgtable_t is a struct page * on most architectures, a pointer to the table on a few. */
#define tableToken(table, pfn)                                                               \
  ((pgtable_t) __builtin_choose_expr(__builtin_types_compatible_p(pgtable_t, struct page *), \
                                     (void *)pfn_to_page(pfn), (void *)(table)))

static void buildProcess(unsigned number) {
  Process *p = &processes[number];
  unsigned long pfn = TABLE_PFN + number * PROCESS_FRAMES;
  struct mm_struct *mm = p->mm = (struct mm_struct *)mm_storage[number];
  unsigned t, i;

  memset(mm_storage[number], 0, MM_BYTES);
  mm->pgd = (pgd_t *)frameAddress(pfn);
  atomic_set(&mm->mm_users, 1);
  atomic_set(&mm->mm_count, 1);
  INIT_LIST_HEAD(&mm->mmlist);
  spin_lock_init(&mm->page_table_lock);
#if defined(CONFIG_MM_ID) && defined(HAVE_MM_ID_MIN)
  mm->mm_id = MM_ID_MIN + number; /* folios count their mappings by it (v6.15) */
#endif
  cpumask_set_cpu(0, mm_cpumask(mm)); /* smp_processor_id() is 0 */
  archStartTables(mm, frameAddress(pfn + 3 * UPPER_FRAMES));
  for (t = 0; t < TABLE_COUNT; t++) {
    unsigned long address = slotAddress(t * ARCH_TABLE_SLOTS);
    unsigned long table_pfn = pfn + 4 * UPPER_FRAMES + 2 * t;
    pgd_t *pgd = pgd_offset(mm, address);
    p4d_t *p4d;
    pud_t *pud;
    pmd_t *pmd;

    if (pgd_none(*pgd)) pgd_populate(mm, pgd, (p4d_t *)frameAddress(pfn + UPPER_FRAMES));
    p4d = p4d_offset(pgd, address);
    if (p4d_none(*p4d)) p4d_populate(mm, p4d, (pud_t *)frameAddress(pfn + 2 * UPPER_FRAMES));
    pud = pud_offset(p4d, address);
    if (pud_none(*pud)) pud_populate(mm, pud, (pmd_t *)frameAddress(pfn + 3 * UPPER_FRAMES));
    pmd = pmd_offset(pud, address);
    if (!pmd_none(*pmd)) env_broken("two page tables have one place", buildProcess);
    pmd_populate(mm, pmd, tableToken(frameAddress(table_pfn), table_pfn));
    p->table[t] = (pte_t *)frameAddress(table_pfn);
    p->canary[t] = p->table[t] + ARCH_TABLE_SLOTS;
    for (i = 0; i < 2 * ARCH_TABLE_SLOTS; i++) p->table[t][i] = ARCH_NONE;
  }
  add_mm_counter(mm, MM_ANONPAGES, RSS_BASE);
  add_mm_counter(mm, MM_FILEPAGES, RSS_BASE);
  add_mm_counter(mm, MM_SHMEMPAGES, RSS_BASE);
  add_mm_counter(mm, MM_SWAPENTS, RSS_BASE);
  memcpy(mm_image[number], mm_storage[number], MM_BYTES);
}

static void buildVma(Process *p, unsigned which, unsigned from_slot, unsigned to_slot) {
  struct vm_area_struct *vma = &p->vma[which];

  zeroBytes(vma, sizeof(*vma));
  vma->vm_mm = p->mm;
  vma->vm_start = slotAddress(from_slot);
  vma->vm_end = slotAddress(to_slot);
  vma->vm_pgoff =
      vma->vm_start >> PAGE_SHIFT;     /* anonymous, never moved: v6.12 vma_set_anonymous() users */
#if defined(HAVE_vma_start_anon_pgoff) /* 2026: the anonymous offset became a field of its own */
  __vma_set_anon_pgoff(vma, vma->vm_start >> PAGE_SHIFT);
#endif
  vma->vm_page_prot = SPELLING_READONLY;
  vma->anon_vma = &anon_vma_storage;
  INIT_LIST_HEAD(&vma->anon_vma_chain);
  zeroBytes(&p->avc[which], sizeof(p->avc[which]));
  p->avc[which].vma = vma;
  p->avc[which].anon_vma = &anon_vma_storage;
  list_add(&p->avc[which].same_vma, &vma->anon_vma_chain);
  anon_vma_interval_tree_insert(&p->avc[which], &anon_vma_storage.rb_root);
}

/* The reverse map that finds this folio: its VMAs' places in the interval tree of a file lie in the
 * VMAs themselves, so that images are taken when all are in. Anonymous folios are found by anon_vma
 * and spared the work. */
static inline bool isFile(const Scenario *s) { return (s->folio_flags & FOLIO_FILE) != 0; }

static void mapFile(const Scenario *s, unsigned first) {
  unsigned i;

  zeroBytes(&file_mapping, sizeof(file_mapping));
  file_mapping.i_mmap = RB_ROOT_CACHED;
  mapped_file.f_mapping = &file_mapping;
  for (i = 0; i < s->processes; i++) {
    vma_interval_tree_insert(&processes[i].vma[0], &file_mapping.i_mmap);
    if (s->split[i] && first + s->split[i] < SLOTS)
      vma_interval_tree_insert(&processes[i].vma[1], &file_mapping.i_mmap);
  }
}

/* Inserted in the order of process and VMA; the tree walks by start address, equals in that order.
 */
static void buildGeometry(const Scenario *s, unsigned first) {
  unsigned i;

  zeroBytes(&anon_vma_storage, sizeof(anon_vma_storage));
  anon_vma_storage.root = &anon_vma_storage;
  atomic_set(&anon_vma_storage.refcount, 1);
  anon_vma_storage.rb_root = RB_ROOT_CACHED;
  for (i = 0; i < s->processes; i++) {
    unsigned end = SLOTS, split = s->split[i] ? first + s->split[i] : end;

    buildVma(&processes[i], 0, 0, split);
    if (split < end) buildVma(&processes[i], 1, split, end);
  }
  if (isFile(s)) mapFile(s, first);
  for (i = 0; i < s->processes; i++)
    copyBytes(processes[i].vma_image, processes[i].vma, sizeof(processes[i].vma));
  memset(&geometry, 0, sizeof(geometry));
  geometry.valid = true;
  geometry.file = isFile(s);
  geometry.processes = s->processes;
  geometry.first = first;
  for (i = 0; i < s->processes; i++) geometry.split[i] = s->split[i];
}

static inline bool sameGeometry(const Scenario *s, unsigned first) {
  unsigned i;
  bool any_split = false;

  if (!geometry.valid || geometry.processes != s->processes || geometry.file != isFile(s))
    return false;
  for (i = 0; i < s->processes; i++) {
    if (geometry.split[i] != s->split[i]) return false;
    any_split |= s->split[i] != 0;
  }
  return !any_split || geometry.first == first;
}

static vm_flags_t vmaFlags(unsigned flags) {
  vm_flags_t f = VM_READ | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

  if (flags & VMA_WRITE) f |= VM_WRITE;
  if (flags & VMA_LOCKED) f |= VM_LOCKED;
  if (flags & VMA_DROPPABLE) f |= SPELLING_VM_DROPPABLE;
  if (flags & VMA_UFFD_WP) f |= VM_UFFD_WP;
  if (flags & VMA_SHADOW_STACK) f |= SPELLING_VM_SHADOW_STACK;
  if (flags & VMA_SOFTDIRTY) f |= SPELLING_VM_SOFTDIRTY;
  if (flags & VMA_SHARED) f |= VM_SHARED | VM_MAYSHARE;
  return f;
}

/* Everything as if no scenario had ever run, but for the scenario's geometry and VMA flags. */
static void restoreWorld(const Scenario *s, unsigned first) {
  unsigned i, v;

  if (!sameGeometry(s, first)) buildGeometry(s, first);
  for (i = 0; i < s->processes; i++) {
    Process *p = &processes[i];

    copyBytes(p->mm, mm_image[i], MM_BYTES);
    if (s->remote_cpu) {
      cpumask_set_cpu(1, mm_cpumask(p->mm));
      archOtherCpu(p->mm);
    }
    for (v = 0; v < (s->split[i] ? 2u : 1u); v++) {
      copyBytes(&p->vma[v], &p->vma_image[v], sizeof(p->vma[v]));
      vm_flags_init(&p->vma[v], vmaFlags(s->vma[i][v].flags));
      if (s->vma[i][v].flags & VMA_FILE) {
        p->vma[v].vm_ops = &file_vm_ops;
        p->vma[v].vm_file = &mapped_file;
      }
    }
  }
  INIT_LIST_HEAD(&init_mm.mmlist);
#if defined(CONFIG_ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH)
  memset(&agent_task.tlb_ubc, 0, sizeof(agent_task.tlb_ubc));
#endif
}

/* The VMA of a folio page in a process. */
static inline struct vm_area_struct *vmaOf(const Scenario *s, unsigned process, unsigned page) {
  return &processes[process].vma[s->split[process] && page >= s->split[process]];
}

static inline bool inShadowStack(const Scenario *s, unsigned process, unsigned page) {
  return s->vma[process][s->split[process] && page >= s->split[process]].flags & VMA_SHADOW_STACK;
}

#endif
