#!/usr/bin/env bash
# Installs Debian packages that are missing. tools/packages.sh build|test; docs/dependencies.md says what each is for.
# `tools/packages.sh libraries` prints what the binary is compiled and linked with: tools/sysroot.sh fetches it for arm64.
set -euo pipefail
build=(clang-19 lld-19 llvm-19 cmake ninja-build ccache pkg-config git ca-certificates python3
  libboost1.81-dev libboost-json1.81-dev libssl-dev libyaml-dev libre2-dev libutf8proc-dev
  libzstd-dev zlib1g-dev libhowardhinnant-date-dev tzdata libspdlog-dev libfmt-dev libcli11-dev)
test=(libclang-rt-19-dev clang-tidy-19 clang-format-19 libgtest-dev libgmock-dev libbenchmark-dev libsimdjson-dev
  python3-venv containerd runc containernetworking-plugins busybox-static iproute2 iptables procps openssl
  openssh-client nodejs groff-base zsh fish slapd faketime)

case ${1:-} in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  libraries) printf '%s\n' "${build[@]}" | grep '^z\?lib.*-dev$'; exit 0 ;;
  *) echo "usage: $0 build|test|libraries" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" != 0 ]; then
  echo "missing packages; run as root, or: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests start a directory of their own; the machine gets none.
echo "slapd slapd/no_configuration boolean true" | debconf-set-selections
# A newer Boost beside an older one clashes on the shared header folder: the older -dev packages go.
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
