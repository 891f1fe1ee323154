#!/bin/sh
# Instructions a message on the decode path, counted by valgrind, so that no other load on the machine
# matters: callgrind.sh BUILD [MESSAGES]
#
# Two corpora of different length are counted and the difference is divided, so that start-up and
# generator warm-up do not count. For rep and new, without and with folding in the window, and then the
# functions that cost the most.
set -eu

build=${1:?usage: callgrind.sh BUILD [MESSAGES]}
messages=${2:-20000}
bin=$build/tests/bench
[ -x "$bin/pdns-bench-decode" ] || bin=$build
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# count NAME FILE [OPTION]: instructions of one run, the profile in NAME.out
count() {
  valgrind --tool=callgrind --callgrind-out-file="$scratch/$1.out" \
    "$bin/pdns-bench-decode" ${3:-} "$2" >"$scratch/$1.json" 2>"$scratch/$1.log" ||
    { cat "$scratch/$1.log" >&2; exit 1; }
  sed -n 's/^summary: *//p' "$scratch/$1.out"
}

printf '%-6s %-16s %s\n' corpus path 'instructions a message'
for corpus in rep new; do
  "$bin/pdns-bench-generate" --quiet --corpus $corpus --messages "$messages" -o "$scratch/long"
  "$bin/pdns-bench-generate" --quiet --corpus $corpus --messages $((messages / 4)) -o "$scratch/short"
  for option in '' --fold; do
    long=$(count "$corpus$option" "$scratch/long" $option)
    short=$(count short "$scratch/short" $option)
    printf '%-6s %-16s %d\n' $corpus "decode${option:+ and fold}" \
      $(((long - short) / (messages - messages / 4)))
  done
done

echo
echo 'Most expensive functions, rep, decode only:'
callgrind_annotate "$scratch/rep.out" | sed -n '/^Ir/,$p' | sed -n '1,24p' | cut -c 1-150
