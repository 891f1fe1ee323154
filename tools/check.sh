#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all tests, those with real resolvers included.
#   tools/check.sh          about ten minutes
#   tools/check.sh --full   adds clang, format, clang-tidy, header checks, sanitizers and a short fuzz run
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
  git ls-files -z 'src/*.cc' 'tools/*.cc' | xargs -0 -n 2 -P "$jobs" clang-tidy-14 -p build/clang --quiet 2>build/tidy.log
}

# Seconds for each target, from its corpus on; what libFuzzer finds stays in the build folder.
short_fuzz() {
  local target name
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/fuzz_}
    mkdir -p "build/fuzz/found/$name"
    "$target" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/$name-" \
      "build/fuzz/found/$name" "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1 || {
      tail -n 40 "build/fuzz/$name.log" >&2
      return 1
    }
    printf '%-12s %s\n' "$name" "$(tail -n 1 "build/fuzz/$name.log")"
  done
}

if [ "$full" = yes ]; then install_packages build test check; else install_packages build test; fi

step 'release build, g++'
build release
step 'all tests'
ctest --preset release -j "$jobs"
[ "$full" = yes ] || exit 0

step 'clang-format'
check_format
step 'release build, clang'
build clang
step 'each header alone'
build clang all_verify_interface_header_sets
step 'clang-tidy'
check_tidy
step 'address and undefined behaviour sanitizers'
build asan
PDNS_KILLS=5 ctest --preset asan -j "$jobs" -LE 'integration|bench|packaging|docker'
step 'thread sanitizer'
build tsan thread_tests
ctest --preset tsan -j "$jobs"
step 'fuzz targets: corpora, then ten seconds each'
build fuzz fuzz_targets
ctest --preset fuzz -j "$jobs"
short_fuzz 10
step 'done'
