# Sourced by the other scripts: install_packages SECTION... installs what of tools/packages.txt is missing.

packages_of() {
  awk -v want="$1" '/^\[/ { section = substr($0, 2, length($0) - 2); next }
                    NF && !/^#/ && section == want { print $1 }' "$(dirname "${BASH_SOURCE[0]}")/packages.txt"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Installing a resolver must start no service, now or at the next boot: this machine may not want one.
without_services() {
  local policy=/usr/sbin/policy-rc.d made=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
  fi
  local status=0
  "$@" || status=$?
  [ "$made" = no ] || as_root rm -f "$policy"
  return "$status"
}

install_packages() {
  local section package missing=()
  for section in "$@"; do
    for package in $(packages_of "$section"); do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  printf 'Installing %s\n' "${missing[*]}"
  as_root apt-get update -q
  without_services as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
  local service
  for service in named unbound pdns-recursor nsd; do
    case " ${missing[*]} " in
      *" $service "* | *" bind9 "*)
        [ -d /run/systemd/system ] && as_root systemctl disable -q "$service" 2>/dev/null || true ;;
    esac
  done
}
