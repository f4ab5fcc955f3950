# What the other parts share.

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# Compiled objects are shared between build folders and checkouts.
export CCACHE_NOHASHDIR=true
export CCACHE_BASEDIR=$PWD
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}

hash_of() { find "$@" -type f -not -path '*/node_modules/*' -not -path "*/dist/*" -print0 \
  | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16; }
