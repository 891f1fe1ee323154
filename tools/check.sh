#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all tests, those with real resolvers included.
#   tools/check.sh          about ten minutes
#   tools/check.sh --full   adds clang, format, clang-tidy, header checks, sanitizers and a short fuzz run:
#                           35 to 40 minutes on two cores without a compiler cache
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
step() { printf '\n== %s (%d min %02d s so far)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

build() {  # PRESET [TARGET]
  local log=build/$1.log
  mkdir -p build
  cmake --preset "$1" -DBUILD_TESTING=ON -DPDNS_WERROR=ON >"$log"
  cmake --build --preset "$1" -j "$jobs" --target "${2:-all}" >>"$log" 2>&1 || {
    tail -n 60 "$log" >&2
    return 1
  }
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

if [ "$full" = yes ]; then install_packages build test check; else install_packages build test; fi

step 'release build, g++'
build release
step 'all tests'
ctest --preset release -j "$slots"
[ "$full" = yes ] || exit 0

step 'clang-format'
check_format
step 'each header alone, clang++'
build clang all_verify_interface_header_sets
step 'clang-tidy'
check_tidy
step 'sanitizer build, clang++ and its warnings'
build asan
step 'address and undefined behaviour sanitizers, corpora of the fuzz targets'
PDNS_KILLS=5 ctest --preset asan -j "$slots" -LE 'integration|bench|packaging|docker'
step 'fuzz targets, ten seconds each'
short_fuzz 10
step 'thread sanitizer, g++'
build tsan thread_tests
ctest --preset tsan -j "$slots"
step 'done'
