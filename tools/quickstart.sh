#!/usr/bin/env bash
# From a fresh Debian 12 to the first answer: installs what a build needs, builds a release, takes two real captures that
# come with the source, asks two questions, and names the command that opens the page. Leaves build/release/tools/ and
# demo.db.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/packages.sh

install_packages build
cmake --preset release -DBUILD_TESTING=OFF
cmake --build --preset release

show() {
  printf '\n$ %s\n' "$*"
  "$@"
}
PATH="$PWD/build/release/tools:$PATH"
show pdns-ingest -d demo.db tests/data/bind-rr.dnstap tests/data/unbound-rr.dnstap
show pdns-query -d demo.db www.blah.org
show pdns-query -d demo.db --rdata 205.150.150.140

printf '\nThe page, http://127.0.0.1:8053/ in a browser, and lookups for clients of DNSDB and CIRCL:\n\n  build/release/tools/pdns-serve -d demo.db\n'
