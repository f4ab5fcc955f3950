# The web client, then the programs.

build_web() {
  local hash
  hash=$(hash_of web)
  if [ -e web/dist/index.html ] && [ "$(cat build/.web-built 2>/dev/null)" = "$hash" ]; then
    return 0
  fi
  npm_install web
  say "Building the web client"
  (cd web && npm run --silent build)
  mkdir -p build
  echo "$hash" >build/.web-built
}

# configure FOLDER SANITIZER
configure() {
  [ ! -e "$1/build.ninja" ] || return 0
  say "Configuring $1"
  cmake -S . -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_ASM_COMPILER=clang-19 -DBANTER_SANITIZE="$2" >"$1.configure.log" \
    || { cat "$1.configure.log" >&2; fail "cmake could not configure $1."; }
}

# build_into FOLDER SANITIZER TARGET…
build_into() {
  local folder=$1 sanitizer=$2
  shift 2
  mkdir -p build
  configure "$folder" "$sanitizer"
  say "Building $folder"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "$folder" "$@"
}

build_release() {
  install_for_build
  build_web
  build_into build/release "" banter banter_load
  cp -f build/release/src/app/banter build/release/banter
  cp -f build/release/tools/load/banter-load build/release/banter-load
  say "Built build/release/banter and build/release/banter-load."
}
