#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all tests, those with real resolvers included.
#   tools/check.sh          about ten minutes
#   tools/check.sh --full   adds clang, format, clang-tidy, header checks, sanitizers and a short fuzz run
# At the end, whether all went well or not: what each step took, how many tests passed, and why others were skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/packages.sh

full=no
case "${1-}" in
  --full) full=yes ;;
  "") ;;
  *)
    printf 'usage: tools/check.sh [--full]\n' >&2
    exit 64
    ;;
esac

jobs=$(nproc)
slots=$((jobs + (jobs + 1) / 2))  # for tests, which also wait

current=''  # the step that runs; empty between steps
began=0
table=''
mark() {  # STATE: the current step has ended
  table+=$(printf '%4d:%02d  %s%s' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)) "$current" "$1")$'\n'
  current=''
}

step() {  # NAME COMMAND...
  current=$1 began=$SECONDS
  printf '\n== %s (%d:%02d so far)\n' "$current" $((SECONDS / 60)) $((SECONDS % 60))
  shift
  "$@"
  mark ''
}

at_end() {
  local status=$?
  [ -z "$current" ] || mark '  FAILED'
  printf '\n== time of each step, min:s\n%s%4d:%02d  in all\n' "$table" $((SECONDS / 60)) $((SECONDS % 60))
  tools/test_summary.py build/*.tests.xml || true
  [ "$status" -eq 0 ] && printf 'all is well\n' || printf 'FAILED\n'
}

build() {  # PRESET [TARGET]
  local log=build/$1.log
  cmake --preset "$1" -DBUILD_TESTING=ON -DPDNS_WERROR=ON >"$log"
  cmake --build --preset "$1" -j "$jobs" --target "${2:-all}" >>"$log" 2>&1 || {
    tail -n 60 "$log" >&2
    return 1
  }
}

run_tests() {  # PRESET [OPTION of ctest]...; without the limit ctest cuts out the middle, with the reason of a skip
  ctest --preset "$1" -j "$slots" --output-junit "$PWD/build/$1.tests.xml" --test-output-size-passed 1000000 "${@:2}"
}

check_format() {
  git ls-files -z '*.h' '*.cc' | xargs -0 clang-format-14 --dry-run -Werror
}

check_tidy() {
  git ls-files -z 'src/*.cc' 'tools/*.cc' | xargs -0 tools/tidy.py --build build/clang --jobs "$jobs"
}

# SECONDS TARGET: fuzzes from the target's corpus on; what libFuzzer finds stays in the build folder.
fuzz_one() {
  local name=${2##*/fuzz_}
  local log=build/asan/$name.log
  mkdir -p "build/asan/found/$name"
  "$2" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/asan/$name-" \
    "build/asan/found/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    return 1
  }
  printf '%-14s %s\n' "$name" "$(tail -n 1 "$log")"
}
export -f fuzz_one

short_fuzz() {  # SECONDS
  find build/asan/tests/fuzz -maxdepth 1 -name 'fuzz_*' -type f -perm -u+x -print0 | sort -z |
    xargs -0 -n 1 -P "$jobs" bash -c 'fuzz_one "$@"' fuzz_one "$1"
}

mkdir -p build
rm -f build/*.tests.xml
trap at_end EXIT

packages=(build test)
[ "$full" = no ] || packages+=(check)
step 'packages' install_packages "${packages[@]}"
[ "$full" = no ] || step 'clang-format' check_format
step 'release build, g++' build release
step 'all tests' run_tests release
[ "$full" = yes ] || exit 0

step 'sanitizer build, clang++ and its warnings' build asan
PDNS_KILLS=5 step 'address and undefined behaviour sanitizers, corpora of the fuzz targets' \
  run_tests asan -LE 'integration|bench|packaging|docker|docs|browser'
step 'thread sanitizer build, g++' build tsan thread_tests
step 'thread sanitizer' run_tests tsan
step 'each header alone, clang++' build clang all_verify_interface_header_sets
step 'clang-tidy' check_tidy
step 'fuzz targets, ten seconds each' short_fuzz 10
