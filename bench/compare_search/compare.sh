#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Searches one model with ours, SPIN and rumur, in turn, and checks that all count the same:
#   bench/compare_search/compare.sh [ENTRIES [RUNS [OUR_PROGRAM]]]
# ENTRIES is 3, 4 or 7 (7: 5,619,712 states; SPIN then takes about 1.2 GB), RUNS how often each is run. Exit status
# 0: counts are equal; 1: they differ; 125: a tool is missing; 129: wrong usage.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
entries=${1:-7} runs=${2:-3} ours=${3:-$here/../../build/release/search_compare}

fail() { echo "compare_search: $2" >&2; exit "$1"; }
[[ $entries =~ ^[347]$ && $runs =~ ^[1-9][0-9]*$ ]] || fail 129 "usage: compare.sh [ENTRIES [RUNS [OUR_PROGRAM]]], with 3, 4 or 7 entries"
[ -x "$ours" ] || fail 129 "no $ours: build it (cmake --build --preset release --target search_compare) or name it"
ours=$(readlink -f "$ours")
for tool in spin rumur gcc; do
  command -v "$tool" >/dev/null || fail 125 "nothing to compare with, $tool is missing: apt-get install spin rumur gcc"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Both as their manuals say for speed: no partial-order reduction, which ours does not do on this model either; 64
# bits of a hash table's size given to SPIN, whose table does not grow.
slots=20
[ "$entries" -lt 7 ] || slots=26
{
  spin -a -DN="$entries" "$here/walkers.pml"
  gcc -O3 -march=native -w -DSAFETY -DNOREDUCE -DMEMLIM=20000 -o spin pan.c
  sed "s/^  N: 7;/  N: $entries;/" "$here/walkers.m" >walkers.m
  for threads in 1 2; do
    rumur walkers.m --output "rumur.c" --threads "$threads" --deadlock-detection off
    gcc -O3 -march=native -mcx16 -w -std=c11 -o "rumur$threads" rumur.c -lpthread
  done
} >build.log 2>&1 || { cat build.log >&2; fail 1 "building the other engines failed"; }

# Each prints "STATES TRANSITIONS" from a log in its own words.
counts_ours() { sed -n 's/.*states=\([0-9]*\) transitions=\([0-9]*\) .*/\1 \2/p' "$1"; }
# SPIN counts the beginning as a transition, too.
counts_spin() { awk '/states, stored/ {s = $1} /transitions \(=/ {print s, $1 - 1}' "$1"; }
counts_rumur() { sed -n 's/^\t*\([0-9]*\) states, \([0-9]*\) rules fired.*/\1 \2/p' "$1"; }

names=("ours, 1 thread" "ours, 2 threads" "SPIN, 1 thread" "rumur, 1 thread" "rumur, 2 threads")
commands=("$ours $entries 1" "$ours $entries 2" "./spin -m100000 -w$slots" "./rumur1" "./rumur2")
readers=(counts_ours counts_ours counts_spin counts_rumur counts_rumur)

# One after the other, then all again: a slow moment of the machine does not hit one alone.
TIMEFORMAT='%R %U %S'
for ((run = 0; run < runs; ++run)); do
  for i in "${!names[@]}"; do
    # shellcheck disable=SC2086 # a command and its arguments
    { time ${commands[i]} >"log$i" 2>&1; } 2>"time" || { cat "log$i" >&2; fail 1 "${names[i]} failed"; }
    awk '{print $1, $2 + $3}' time >>"times$i"
    ${readers[i]} "log$i" >>"counts$i"
  done
done

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
expected=$(head -n 1 counts0)
status=0
printf '%-17s %10s %11s %9s %9s %10s\n' engine states transitions seconds "cpu s" "M states/s"
for i in "${!names[@]}"; do
  [ "$(wc -l <"counts$i")" -eq "$runs" ] || fail 1 "${names[i]} did not say what it counted"
  counts=$(sort -u "counts$i")
  read -r states transitions <<<"$counts"
  seconds=$(cut -d' ' -f1 "times$i" | median)
  printf '%-17s %10s %11s %9s %9s %10s\n' "${names[i]}" "$states" "$transitions" "$seconds" \
    "$(cut -d' ' -f2 "times$i" | median)" \
    "$(awk -v s="$states" -v t="$seconds" 'BEGIN {if (t > 0) printf "%.2f", s / t / 1e6; else print "-"}')"
  [ "$counts" = "$expected" ] || status=1
done
sed -n 's/.*bytes_per_state=/ours, bytes a state: /p' log0
awk '/total actual memory usage/ {m = $1} /states, stored/ {s = $1}
  END {printf "SPIN, bytes a state: %.1f\n", m * 1048576 / s}' log2
[ "$status" -eq 0 ] || fail 1 "the counts differ"
echo "All count the same."
