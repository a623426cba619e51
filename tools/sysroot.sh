#!/usr/bin/env bash
# Puts Debian's libraries for another architecture into the cache folder and prints where: tools/sysroot.sh arm64
# The mirrors are this machine's, the packages those of `tools/packages.sh libraries` with all they need, unpacked and not
# installed; apt checks Debian's signatures. This machine's own list of architectures and packages stays as it is.
# Made once, under a lock, in a temporary folder that is renamed when complete; remove the folder to have newer packages.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rotor
arch=${1:-}
[ "$arch" = arm64 ] || { echo "usage: $0 arm64" >&2; exit 2; }

mapfile -t packages < <("$here/packages.sh" libraries)
packages+=(libc6-dev libstdc++-12-dev)
sum=$(printf '%s\n' "${packages[@]}" | cat - "$0" | sha256sum | cut -c1-8)
dir=$cache/sysroot-$arch-$sum

# An apt that knows this architecture alone, and nothing of it installed.
private_apt() {
  local state=$1
  mkdir -p "$state"/{lists,archives}/partial
  touch "$state/status"
  cat > "$state/apt.conf" <<CONF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::Cache "$state";
Acquire::Languages "none";
CONF
  export APT_CONFIG=$state/apt.conf
}

# What dpkg would know of the package if it were installed: tools/build-image asks it whose a file is.
record() {
  local deb=$1 database=$2 name
  name=$(dpkg-deb -f "$deb" Package)
  [ "$(dpkg-deb -f "$deb" Multi-Arch)" = same ] && name=$name:$arch
  dpkg-deb -f "$deb" | sed '1i Status: install ok installed' >> "$database/status"
  echo >> "$database/status"
  dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's|^\./$|/.|; s|^\./|/|; s|\(.\)/$|\1|' > "$database/info/$name.list"
}

# Absolute links lead out of the folder.
make_links_relative() {
  local root=$1 link target
  while IFS= read -r -d '' link; do
    target=$(readlink "$link")
    ln -snf "$(realpath -m --relative-to="$(dirname "$link")" "$root$target")" "$link"
  done < <(find "$root" -type l -lname '/*' -print0)
}

exec 9>"$dir.lock" && flock 9
if [ ! -d "$dir" ]; then
  state=$(mktemp -d)
  trap 'rm -rf "$state"' EXIT
  rm -rf "$dir.tmp"
  mkdir -p "$dir.tmp/var/lib/dpkg/info" "$dir.tmp/var/lib/dpkg/updates"
  echo 1 > "$dir.tmp/var/lib/dpkg/info/format"
  private_apt "$state"
  { apt-get update -qq && apt-get install -qq -y --download-only --no-install-recommends "${packages[@]}"; } >&2
  for deb in "$state"/archives/*.deb; do
    dpkg-deb -x "$deb" "$dir.tmp"
    record "$deb" "$dir.tmp/var/lib/dpkg"
  done
  make_links_relative "$dir.tmp"
  mv "$dir.tmp" "$dir"
fi
echo "$dir"
