/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The model of src/explore/three_walkers.h for SPIN: three actors walk N entries round and round,
 * one entry a step; each may also skip one. An entry is 0 none, 1 clean, 2 dirty,
 * 3 write-protected. */
#ifndef N
#define N 7
#endif

byte entry[N];
byte at[3];

#define FOUND(actor) entry[at[actor]]
#define GO_ON(actor) at[actor] = (at[actor] + 1) % N

active proctype store() {
  do
  :: d_step { FOUND(0) == 1 -> FOUND(0) = 2; GO_ON(0) }
  :: d_step { true -> GO_ON(0) }
  od
}

active proctype reclaim() {
  do
  :: d_step { FOUND(1) == 1 -> FOUND(1) = 0; GO_ON(1) }
  :: d_step { FOUND(1) == 2 -> FOUND(1) = 3; GO_ON(1) }
  :: d_step { true -> GO_ON(1) }
  od
}

active proctype fault() {
  do
  :: d_step { FOUND(2) == 0 -> FOUND(2) = 1; GO_ON(2) }
  :: d_step { FOUND(2) == 3 -> FOUND(2) = 2; GO_ON(2) }
  :: d_step { true -> GO_ON(2) }
  od
}
