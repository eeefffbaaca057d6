-- SPDX-License-Identifier: GPL-2.0-only
--
-- The model of src/explore/three_walkers.h for rumur: three actors walk N entries round and round,
-- one entry a step; each may also skip one. compare.sh replaces the number of entries.
const
  N: 7;

type
  place: 0 .. N - 1;
  kind: 0 .. 3;  -- none, clean, dirty, write-protected
  actor: 0 .. 2;  -- store, reclaim, fault

var
  entry: array [place] of kind;
  at: array [actor] of place;

procedure goOn(a: actor);
begin
  at[a] := (at[a] + 1) % N;
end;

startstate "nothing mapped" begin
  for p: place do entry[p] := 0; end;
  for a: actor do at[a] := 0; end;
end;

rule "store" entry[at[0]] = 1 ==> begin entry[at[0]] := 2; goOn(0); end;
rule "store skips" true ==> begin goOn(0); end;

rule "reclaim unmaps" entry[at[1]] = 1 ==> begin entry[at[1]] := 0; goOn(1); end;
rule "reclaim write-protects" entry[at[1]] = 2 ==> begin entry[at[1]] := 3; goOn(1); end;
rule "reclaim skips" true ==> begin goOn(1); end;

rule "fault fills" entry[at[2]] = 0 ==> begin entry[at[2]] := 1; goOn(2); end;
rule "fault makes writable" entry[at[2]] = 3 ==> begin entry[at[2]] := 2; goOn(2); end;
rule "fault skips" true ==> begin goOn(2); end;

invariant "positions" forall a: actor do at[a] < N end;
