# Sourced by ./check and ./demo: stages with their time, and the compiler cache.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rotor
mkdir -p "$cache"
export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G
timeline=()

# stage NAME COMMAND…: runs it, says how long it took, ends the script when it fails.
stage() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if ! "$@"; then
    printf '\n%s failed after %s s\n' "$name" $((SECONDS - began)) >&2
    exit 1
  fi
  timeline+=("$(printf '%-34s %5s s' "$name" $((SECONDS - began)))")
}

print_timeline() {
  printf '\n'
  printf '%s\n' "${timeline[@]}"
  printf '%-34s %5s s\n' total "$SECONDS"
}

configure() { cmake --preset "$1" > "build-$1.log" 2>&1 || { cat "build-$1.log"; return 1; }; rm -f "build-$1.log"; }

build() {  # build PRESET [TARGET…]: progress as single lines, everything on failure
  local preset=$1
  shift
  configure "$preset" && cmake --build "build/$preset" ${1:+--target "$@"}
}
