# The server, as a newcomer meets it.

run_server() {
  build_release
  export BANTER_LOG_FILE=${BANTER_LOG_FILE:-$PWD/build/banter.log}
  say "Starting the server; Ctrl-C stops it."
  # The server takes this process over, so that signals reach it and its exit code is this verb's.
  exec build/release/banter serve "$@" > >(explain_all "$BANTER_LOG_FILE")
}

# Until the server ends, also when Ctrl-C was meant for it.
explain_all() {
  trap '' INT
  local line
  while IFS= read -r line; do explain "$line" "$1"; done
}

# Says, for each fact the server prints, what to do with it.
explain() {
  local line=$1 log=$2
  case "$line" in
    "Banter is ready: "*)
      url=${line#Banter is ready: }
      cat <<END

  Banter is running.

  Web client      $url
  Terminal client build/release/banter chat --server $url
  Second person   opens the web client in another browser and creates an account,
                  or you add one: build/release/banter user add NAME --generate
END
      ;;
    "Claim this server: "*)
      cat <<END

  Open this link first: it makes you the operator of this server. It works once.

      ${line#Claim this server: }
END
      ;;
    "Data: "*) printf '  Data            %s\n  Log             %s\n' "${line#Data: }" "$log" ;;
    "Admin: "*) printf '  Metrics         %s/metrics\n' "${line#Admin: }" ;;
    *) printf '%s\n' "$line" ;;
  esac
}

write_docs() {
  build_release
  mkdir -p docs/reference
  build/release/banter config docs >docs/reference/config.md
  say "Wrote docs/reference/config.md."
}

take_screenshots() {
  install_for_tests
  build_release
  npm_install tests/browser
  mkdir -p docs/images
  BANTER_BIN=$PWD/build/release/banter node tests/browser/screenshots.mjs docs/images
  say "Pictures are in docs/images."
}

cpp_sources() { git ls-files '*.cpp' '*.hpp'; }

format_sources() {
  install_for_build
  cpp_sources | xargs clang-format-19 -i
  say "Formatted."
}

lint_sources() {
  install_for_build
  build_release
  git ls-files 'src/*.cpp' 'tools/*.cpp' | xargs -P 2 -n 8 clang-tidy-19 --quiet -p build/release
}
