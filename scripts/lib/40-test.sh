# Every suite runs to its end; a table says what each did.

all_suites="unit contract power simulation architecture web e2e crash browser"
all_suites+=" unit-sanitize contract-sanitize e2e-sanitize"
long_suites="unit-thread contract-thread e2e-thread"
cpp_test_targets="all"

run_tests() {
  local long=0 suites=()
  while [ $# -gt 0 ]; do
    case "$1" in
      --long) long=1 ;;
      -*) fail "test takes --long and names of suites: $(echo $all_suites $long_suites)" ;;
      *) suites+=("$1") ;;
    esac
    shift
  done
  if [ ${#suites[@]} -eq 0 ]; then
    # shellcheck disable=SC2206
    suites=($all_suites)
    # shellcheck disable=SC2206
    [ $long = 0 ] || suites+=($long_suites)
  fi
  install_for_tests
  build_for "${suites[@]}"
  rm -rf build/test
  mkdir -p build/test
  TEST_LONG=$long python3 scripts/run_suites.py "${suites[@]}"
}

# Builds what the suites need.
build_for() {
  build_web
  build_into build/release "" $cpp_test_targets
  cp -f build/release/src/app/banter build/release/banter
  cp -f build/release/tools/load/banter-load build/release/banter-load
  case " $* " in *-sanitize*) build_into build/sanitize address $cpp_test_targets ;; esac
  case " $* " in *-thread*) build_into build/thread thread $cpp_test_targets ;; esac
  case " $* " in *" web "*) npm_install web ;; esac
  case " $* " in *" browser "*) npm_install tests/browser ;; esac
}
