// SPDX-License-Identifier: GPL-2.0-only
//
// pin_user_pages_fast(), what the device does with the page, and unpin_user_pages_dirty_lock().
//
// gup_fast_pte_range() of mm/gup.c takes no lock: it reads an entry, takes a reference on the page,
// and looks whether the entry is still the same. Whoever takes entries out and then reads the
// references sees the reference, or GUP sees the entry gone. Not so fork, which leaves the entry:
// GUP-fast drops the pin again if one has begun meanwhile. A page that is pinned for reading
// without being exclusive to the process has to be unshared first, which GUP-fast leaves to the
// slow path; as everything that it leaves to that, it ends the program here. So a pin that is
// refused is a system call that did nothing, which a caller must expect.
//
// Source: 6.12 mm/gup.c.
#include "smp/call.h"
#include "smp/fork.h"
#include "smp/program.h"

namespace ptecheck {

namespace {

enum Pc : Next { kRead, kGrab, kRecheck, kRetry, kDevice, kDirty, kUnpin };

unsigned rangeOf(Machine& m) { return m.spec().ops[0].range; }
bool writing(Machine& m) { return m.spec().ops[0].kind == Op::kStore; }

void tell(Machine& m, EventKind kind, Contents contents = kZeroes) {
  m.tell({.kind = kind,
          .actor = m.actorNumber(),
          .space = m.spec().space,
          .range = static_cast<std::uint8_t>(rangeOf(m)),
          .frame = m.me().pte[0].frame,
          .contents = contents,
          .write = writing(m)});
}

Next gup_fast_pte_range(Machine& m, unsigned) {
  const Entry entry = m.entry(spaceOf(m), rangeOf(m));
  const unsigned seq = write_protect_seq(m.s, m.setup);  // gup_fast()
  if (seq & 1) return finish(m);
  if (!m.maps(entry) || (writing(m) && !m.t.pte_write(entry))) return finish(m);
  m.me().pte[0] = entry;
  m.me().nr = static_cast<std::uint8_t>(seq);
  return kGrab;
}

Next try_grab_folio_fast(Machine& m, unsigned) {
  const unsigned frame = m.me().pte[0].frame;
  if (!m.frame(frame).has(PageFrame::kInUse)) return finish(m);  // folio_ref_try_add()
  m.pin(frame);
  return kRecheck;
}

Next recheck(Machine& m, unsigned) {
  const Entry seen = m.me().pte[0];
  const bool anon = m.folio(seen.frame).has(PageFrame::kAnon);
  const bool same = m.entry(spaceOf(m), rangeOf(m)) == seen || m.mutant(SmpMutant::kGupNoRecheck);
  // gup_must_unshare()
  const bool unshare = !writing(m) && anon && !m.frame(seen.frame).has(PageFrame::kExclusive) &&
                       !m.mutant(SmpMutant::kGupNoExclusiveTest);
  if (!same || unshare) {
    m.unpin(seen.frame);
    return finish(m);
  }
  tell(m, EventKind::kPin);
  return kRetry;
}

Next unpin(Machine& m, unsigned) {
  tell(m, EventKind::kUnpin);
  m.unpin(m.me().pte[0].frame);
  return finish(m);
}

// Has a fork begun meanwhile, it may not have seen the pin, and has shared the page.
Next read_seqcount_retry(Machine& m, unsigned) {
  if (write_protect_seq(m.s, m.setup) != m.me().nr && !m.mutant(SmpMutant::kGupIgnoresFork))
    return unpin(m, 0);
  return kDevice;
}

Next device(Machine& m, unsigned) {
  PageFrame& page = m.frame(m.me().pte[0].frame);
  if (writing(m)) {
    page.contents = m.writes(0);
    tell(m, EventKind::kDeviceStore, page.contents);
    return m.mutant(SmpMutant::kUnpinWithoutDirty) ? kUnpin : kDirty;
  }
  tell(m, EventKind::kDeviceLoad, page.contents);
  return kUnpin;
}

Next set_page_dirty_lock(Machine& m, unsigned) {
  const unsigned frame = m.me().pte[0].frame;
  if (m.folioOf(frame) == 0 && m.s.folio_lock != 0)
    return kWait;  // only this folio's lock is modelled
  m.folio(frame).set(PageFrame::kDirty);
  return kUnpin;
}

constexpr ProgramStep kSteps[] = {
    {"gup_fast_pte_range", "reads the entry", gup_fast_pte_range},
    {"try_grab_folio_fast", "pins the page", try_grab_folio_fast},
    {"gup_fast_pte_range", "reads the entry again", recheck},
    {"gup_fast", "looks whether a fork has begun", read_seqcount_retry},
    {"", "the device accesses the page", device},
    {"set_page_dirty_lock", "marks the folio dirty", set_page_dirty_lock},
    {"unpin_user_page", "unpins the page", unpin},
};

}  // namespace

Program gupProgram() { return kSteps; }

}  // namespace ptecheck
