// SPDX-License-Identifier: GPL-2.0-only
//
// What the operation left, in every case but plain reclaim: each reason green and red, on outcomes
// made by hand. Red means: this rule, and no other.
#include <gtest/gtest.h>

#include <string>

#include "pte/x86_64.h"
#include "spec/hand_made_cases.h"
#include "spec/hand_made_verdict.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Made = HandMadeCase<F>;

constexpr unsigned kP = ENTRY_PRESENT, kW = ENTRY_WRITE, kD = ENTRY_DIRTY, kY = ENTRY_YOUNG,
                   kS = ENTRY_SOFT_DIRTY, kU = ENTRY_UFFD_WP, kE = ENTRY_EXCLUSIVE;
constexpr unsigned kSwapFolio = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
constexpr unsigned kFileVma = VMA_WRITE | VMA_FILE | VMA_UFFD_WP;

// With an entry replaced by what should be there, and by something else.
std::string replacedBy(const Scenario& s, F::Word entry, unsigned flags_gained = 0) {
  Made made(s);
  made.o.folio_flags = static_cast<unsigned short>(made.o.folio_flags | flags_gained);
  made.replace(0, 0, entry);
  return broken(made);
}

TEST(CaseAfter, PlainReclaimIsNotACase) {
  EXPECT_TRUE(spec_detail::isPlainReclaim(unmapping(1, 0, {kP | kW | kE})));
  EXPECT_TRUE(spec_detail::isPlainReclaim(unmapping(1, kSwapFolio, {kP | kW | kE})));
  EXPECT_FALSE(spec_detail::isPlainReclaim(unmapping(1, FOLIO_SWAPBACKED, {kP | kW | kE})));
  EXPECT_FALSE(spec_detail::isPlainReclaim(unmapping(1, FOLIO_FILE, {kP})));
  EXPECT_FALSE(spec_detail::isPlainReclaim(unmapping(1, 0, {kP}, VMA_FILE)));
  EXPECT_FALSE(spec_detail::isPlainReclaim(unmapping(2, kSwapFolio, {kP, ENTRY_SWAP})));
  EXPECT_FALSE(spec_detail::isPlainReclaim(migrating(1, 0, {kP})));
  Scenario s = unmapping(1, kSwapFolio, {kP | kE});
  addStep(s, STEP_WRITE);
  EXPECT_TRUE(spec_detail::isPlainReclaim(s));
  addStep(s, STEP_SWAPOFF);
  EXPECT_FALSE(spec_detail::isPlainReclaim(s));
}

TEST(CaseAfter, NothingChanged) {
  EXPECT_EQ(broken(Made(unmapping(2, kSwapFolio, {kP | kE | kS, ENTRY_SWAP | kE | kU}))), "");
  EXPECT_EQ(broken(Made(unmapping(2, FOLIO_FILE, {kP | kU, ENTRY_MARKER}, kFileVma))), "");
  EXPECT_EQ(broken(Made(migrating(1, kSwapFolio, {kP | kW | kE}))), "");
  EXPECT_EQ(broken(Made(unmapping(2, kSwapFolio, {kP, ENTRY_DEVICE_EXCLUSIVE | kW | kE}))), "");
}

TEST(CaseAfter, HolesStay) {
  Made swap(unmapping(2, kSwapFolio, {kP | kE, ENTRY_SWAP | kE | kS}));
  swap.entry(0, 1).after = Made::swap(kE, 1);
  EXPECT_EQ(broken(swap), "batch-bounds");
  Made marker(unmapping(2, FOLIO_FILE, {kP, ENTRY_MARKER}, kFileVma));
  marker.entry(0, 1).after = 0;
  EXPECT_EQ(broken(marker), "batch-bounds");
}

TEST(CaseAfter, File) {
  const Scenario plain = unmapping(1, FOLIO_FILE, {kP | kD | kS | kY}, kFileVma);
  const Scenario protected_ = unmapping(1, FOLIO_FILE, {kP | kU}, kFileVma);
  EXPECT_EQ(replacedBy(plain, 0, FOLIO_DIRTY), "");
  EXPECT_EQ(replacedBy(plain, 0), "dirty-lost");
  EXPECT_EQ(replacedBy(plain, Made::marker(), FOLIO_DIRTY), "uffd-wp-changed");
  EXPECT_EQ(replacedBy(protected_, Made::marker()), "");
  EXPECT_EQ(replacedBy(protected_, 0), "uffd-wp-changed");
  EXPECT_EQ(replacedBy(protected_, Made::migration(0, 0)), "entry-lost");
  const Scenario shmem = unmapping(1, FOLIO_FILE | FOLIO_SWAPBACKED, {kP}, kFileVma | VMA_SHARED);
  EXPECT_EQ(replacedBy(shmem, 0), "");
  Made wrong_rss(shmem);
  wrong_rss.replace(0, 0, 0);
  wrong_rss.o.rss[0][RSS_SHMEM] = 0;
  EXPECT_EQ(broken(wrong_rss), "accounting");
  wrong_rss.o.rss[0][RSS_FILE] = -1;
  EXPECT_EQ(broken(wrong_rss), "accounting");
}

TEST(CaseAfter, AnonymousPageInAPrivateFile) {
  const Scenario s = unmapping(1, kSwapFolio, {kP | kU | kE}, kFileVma);
  EXPECT_EQ(replacedBy(s, Made::swap(kU | kE, 0)), "");
  EXPECT_EQ(replacedBy(s, Made::swap(kE, 0)), "uffd-wp-changed");
  EXPECT_EQ(replacedBy(s, Made::marker()), "entry-lost");
}

TEST(CaseAfter, DeviceExclusiveIsSwappedOut) {
  const Scenario s =
      unmapping(2, kSwapFolio, {ENTRY_DEVICE_EXCLUSIVE | kW | kE | kS, ENTRY_SWAP | kE});
  EXPECT_EQ(replacedBy(s, Made::swap(kE | kS, 0)), "");
  EXPECT_EQ(replacedBy(s, Made::swap(kE, 0)), "soft-dirty-lost");
  EXPECT_EQ(replacedBy(s, Made::swap(kE | kS | kU, 0)), "uffd-wp-changed");
  EXPECT_EQ(replacedBy(s, Made::swap(kS, 0)), "exclusive-broken");
  EXPECT_EQ(replacedBy(s, Made::swap(kE | kS, 1)), "entry-lost accounting");
  Made restored(s);
  restored.entry(0, 0).after = Made::swapForm(SwapKind::kDeviceExclusiveRead, FOLIO_PFN, kS);
  EXPECT_EQ(broken(restored), "write-lost");
  restored.entry(0, 0).after = Made::swapForm(SwapKind::kDeviceExclusiveWrite, FOLIO_PFN + 1, kS);
  EXPECT_EQ(broken(restored), "entry-lost");
  restored.entry(0, 0).after = Made::present(kW | kS, FOLIO_PFN);
  EXPECT_EQ(broken(restored), "entry-lost");
}

TEST(CaseAfter, SwapBackedWithoutSwapCache) {
  const Scenario s = unmapping(1, FOLIO_SWAPBACKED, {kP | kW | kE});
  Made warned(s);
  warned.o.warnings = 1;
  EXPECT_EQ(broken(warned), "") << "the warning is right";
  warned.entry(0, 0).after = 0;
  EXPECT_EQ(broken(warned), "entry-lost");
  Made other(unmapping(2, kSwapFolio, {kP | kE, ENTRY_SWAP}));
  other.o.warnings = 1;
  EXPECT_EQ(broken(other), "own-checks");
}

TEST(CaseAfter, Poisoned) {
  Scenario s = unmapping(1, kSwapFolio | FOLIO_HWPOISON, {kP | kW | kE | kD});
  s.ttu = UNMAP_HWPOISON;
  const F::Word poison = Made::swapForm(SwapKind::kHwpoison, FOLIO_PFN, 0);
  for (unsigned operation : {OPERATION_TRY_TO_UNMAP, OPERATION_TRY_TO_MIGRATE}) {
    s.operation = static_cast<unsigned char>(operation);
    Made made(s);
    made.replace(0, 0, poison);
    made.o.folio_flags |= FOLIO_DIRTY;
    made.entry(0, 0).seen = SEEN_FAULT;
    EXPECT_EQ(broken(made), "");
    made.o.folio_flags = s.folio_flags;
    EXPECT_EQ(broken(made), "dirty-lost");
    EXPECT_EQ(replacedBy(s, Made::swapForm(SwapKind::kHwpoison, FOLIO_PFN + 1, 0), FOLIO_DIRTY),
              "entry-lost");
    EXPECT_EQ(replacedBy(s, Made::swap(kE, 0), FOLIO_DIRTY), "entry-lost");
  }
  EXPECT_EQ(replacedBy(migrating(1, kSwapFolio, {kP | kE}), poison), "entry-lost");
}

TEST(CaseAfter, Migration) {
  const Scenario writable = migrating(1, kSwapFolio, {kP | kW | kE | kD | kY | kS});
  EXPECT_EQ(replacedBy(writable, Made::migration(kW | kE | kD | kY | kS, 0)), "");
  EXPECT_EQ(replacedBy(writable, Made::migration(kW | kE | kS, 0), FOLIO_DIRTY), "");
  EXPECT_EQ(replacedBy(writable, Made::migration(kW | kE | kS, 0)), "dirty-lost");
  EXPECT_EQ(replacedBy(writable, Made::migration(kW | kE | kD, 0)), "soft-dirty-lost");
  EXPECT_EQ(replacedBy(writable, Made::migration(kE | kD | kS, 0)), "write-lost");
  EXPECT_EQ(replacedBy(writable, Made::migration(kD | kS, 0)), "exclusive-broken");
  EXPECT_EQ(replacedBy(writable, Made::migration(kW | kE | kD | kS, 1)), "entry-lost");
  EXPECT_EQ(replacedBy(writable, 0, FOLIO_DIRTY), "entry-lost");
  EXPECT_EQ(replacedBy(writable, Made::swap(kE | kS, 0), FOLIO_DIRTY), "entry-lost");

  const Scenario shared = migrating(1, kSwapFolio, {kP, kP});
  EXPECT_EQ(replacedBy(shared, Made::migration(0, 0)), "");
  EXPECT_EQ(replacedBy(shared, Made::migration(kE, 0)), "exclusive-broken");
  EXPECT_EQ(replacedBy(shared, Made::migration(kW, 0)), "write-gained");
  EXPECT_EQ(replacedBy(shared, Made::migration(kS, 0)), "soft-dirty-gained");
  EXPECT_EQ(replacedBy(shared, Made::migration(kU, 0)), "uffd-wp-changed");

  const Scenario exclusive = migrating(1, 0, {kP | kE | kU}, VMA_WRITE | VMA_UFFD_WP);
  EXPECT_EQ(replacedBy(exclusive, Made::migration(kE | kU, 0)), "");
  EXPECT_EQ(replacedBy(exclusive, Made::migration(kW | kU, 0)), "write-gained");
  EXPECT_EQ(replacedBy(exclusive, Made::migration(kE, 0)), "uffd-wp-changed");
  Made kept(exclusive);
  kept.replace(0, 0, Made::migration(kE | kU, 0));
  kept.flagPage(0, PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER);
  EXPECT_EQ(broken(kept), "exclusive-broken");
}

TEST(CaseAfter, MigrationOfPinnedAndOfFiles) {
  Scenario pinned = migrating(1, kSwapFolio, {kP | kW | kE});
  EXPECT_EQ(replacedBy(pinned, Made::migration(kW | kE, 0)), "");
  pinned.pins = 1;
  EXPECT_EQ(broken(Made(pinned)), "");
  EXPECT_EQ(replacedBy(pinned, Made::migration(kW | kE, 0)), "exclusive-broken");

  const Scenario file = migrating(1, FOLIO_FILE, {kP | kW}, kFileVma | VMA_SHARED);
  EXPECT_EQ(replacedBy(file, Made::migration(kW, 0)), "");
  EXPECT_EQ(replacedBy(file, Made::migration(0, 0)), "write-lost");
  EXPECT_EQ(replacedBy(file, Made::migration(kE, 0)), "exclusive-broken write-lost");
}

TEST(CaseAfter, MigrationOfDevicePrivate) {
  const Scenario s =
      migrating(1, kSwapFolio | FOLIO_DEVICE_PRIVATE, {ENTRY_DEVICE_PRIVATE | kW | kE | kS});
  EXPECT_EQ(replacedBy(s, Made::migration(kW | kS, 0)), "");
  EXPECT_EQ(replacedBy(s, Made::migration(kE | kS, 0)), "write-lost");
  EXPECT_EQ(replacedBy(s, Made::migration(kW, 0)), "soft-dirty-lost");
}

TEST(CaseAfter, Counters) {
  const Scenario s = migrating(2, kSwapFolio, {kP | kW | kE, kP | kW | kE});
  Made made(s);
  made.replace(0, 0, Made::migration(kW, 0));
  made.replace(0, 1, Made::migration(kW, 1));
  EXPECT_EQ(broken(made), "");
  Made mapcount = Made(s), refcount(s), rss(s), swaps(s), vanished(s);
  for (Made* one : {&mapcount, &refcount, &rss, &swaps}) one->replace(0, 0, Made::migration(kW, 0));
  ++mapcount.o.mapcount;
  EXPECT_EQ(broken(mapcount), "accounting");
  ++refcount.o.refcount;
  EXPECT_EQ(broken(refcount), "accounting");
  --rss.o.rss[0][RSS_ANON];
  EXPECT_EQ(broken(rss), "accounting");
  swaps.entry(0, 0).swap_count = 1;
  EXPECT_EQ(broken(swaps), "accounting");
  vanished.entry(0, 0).after = 0;
  EXPECT_EQ(broken(vanished), "entry-lost");
}

TEST(CaseAfter, MappedByAPmd) {
  Scenario s = unmapping(4, 0, {kP | kE, kP | kE, kP | kE, kP | kE});
  s.pmd_mapped = 1;
  Made made(s);
  made.o.mapcount_before = 1, made.o.refcount_before = 2;
  made.o.mapcount = 1, made.o.refcount = 2;
  EXPECT_EQ(broken(made), "") << "not even split";
  made.o.mapcount = 4, made.o.refcount = 5;
  EXPECT_EQ(broken(made), "") << "split, and no more";
  for (unsigned page = 0; page < 4; ++page) {
    made.entry(0, page).after = 0;
    made.entry(0, page).seen = SEEN_ZERO;
  }
  made.o.mapcount = 0, made.o.refcount = 1, made.o.rss[0][RSS_ANON] = -4;
  EXPECT_EQ(broken(made), "");
  made.o.refcount = 0;
  EXPECT_EQ(broken(made), "accounting");
}

TEST(CaseAfter, LazyfreeMustNotBeDroppedDirtyHereEither) {
  Scenario s = unmapping(2, 0, {kP | kE | kD, kP | kE});
  s.pmd_mapped = 1;
  Made made(s);
  made.replace(0, 1, 0);
  made.entry(0, 1).seen = SEEN_ZERO;
  EXPECT_EQ(broken(made), "");
  made.replace(0, 0, 0);
  EXPECT_EQ(broken(made), "dirty-lost");
}

}  // namespace
}  // namespace ptecheck
