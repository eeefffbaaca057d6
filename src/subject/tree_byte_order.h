// SPDX-License-Identifier: GPL-2.0-only
//
// The records that cross the boundary to an agent, in the byte order of the agent's processor: that
// of s390 is not this machine's. Only numbers change; their places are the same on all 64-bit
// architectures, since every field is aligned to its size.
#ifndef PTECHECK_SUBJECT_TREE_BYTE_ORDER_H
#define PTECHECK_SUBJECT_TREE_BYTE_ORDER_H

#include "kernel_agent/protocol.h"

namespace ptecheck {

// Each calls visit(reference to a number or character) for every field of a record, array elements
// one by one. Of `entry`, only the first `entries` elements exist.
template <class Visit>
void eachField(AgentHeader& h, Visit visit) {
  const auto all = [&](auto&... field) { (visit(field), ...); };
  all(h.magic, h.version, h.header_size, h.scenario_size, h.outcome_size, h.first, h.count,
      h.scenario_stride, h.outcome_stride, h.reserved, h.scenario_offset, h.outcome_offset,
      h.coverage_offset, h.coverage_size, h.coverage_base, h.coverage_lost, h.done, h.self_test);
  for (char& c : h.message) visit(c);
  AgentIdentity& i = h.identity;
  all(i.page_size, i.page_readonly, i.page_none, i.struct_page, i.entries_per_table, i.reference,
      i.can_batch, i.has_droppable, i.has_soft_dirty, i.has_uffd_wp, i.has_shadow_stack,
      i.unknown_data);
  for (char& c : i.features) visit(c);
}

template <class Visit>
void eachField(Scenario& s, unsigned entries, Visit visit) {
  const auto all = [&](auto&... field) { (visit(field), ...); };
  all(s.pages, s.processes, s.operation, s.folio_flags, s.references, s.pins, s.table_end, s.ttu,
      s.remote_cpu, s.event, s.steps, s.event_at, s.pmd_mapped, s.folded);
  for (unsigned short& split : s.split) visit(split);
  for (auto& vmas : s.vma)
    for (VmaSpec& vma : vmas) visit(vma.flags);
  for (Step& step : s.step) all(step.action, step.process, step.page);
  for (unsigned i = 0; i < entries; ++i) visit(s.entry[i]);
}

template <class Visit>
void eachField(Outcome& o, unsigned entries, Visit visit) {
  const auto all = [&](auto&... field) { (visit(field), ...); };
  all(o.status, o.event_fired, o.unmapped, o.outside, o.folio_flags_before, o.folio_flags,
      o.processes, o.warnings, o.refcount_before, o.refcount, o.mapcount_before, o.mapcount,
      o.mapcount_end);
  for (auto& counters : o.rss)
    for (int& counter : counters) visit(counter);
  for (auto& counters : o.rss_end)
    for (int& counter : counters) visit(counter);
  all(o.flushes, o.flushed_pages, o.flush_pending, o.flush_pending_writable, o.steps_done,
      o.batches, o.batched_entries);
  for (unsigned& times : o.flush_batched) visit(times);
  for (auto& both : o.neighbour_before)
    for (unsigned long long& entry : both) visit(entry);
  for (auto& both : o.neighbour_after)
    for (unsigned long long& entry : both) visit(entry);
  for (char& c : o.message) visit(c);
  for (unsigned i = 0; i < entries; ++i) {
    EntryResult& r = o.entry[i];
    all(r.before, r.after, r.end, r.seen, r.faults, r.page_flags, r.swap_count);
  }
}

// Turns a record from one byte order into the other.
void swapBytes(AgentHeader& header);
void swapBytes(Scenario& scenario, unsigned entries);
void swapBytes(Outcome& outcome, unsigned entries);
unsigned swappedBytes(unsigned number);

}  // namespace ptecheck

#endif
