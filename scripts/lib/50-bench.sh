# The benchmark: server on one core, generator on the other, a floor in the same run.

# start_measured_server DATA: sets server_pid, server_url, server_admin.
start_measured_server() {
  BANTER_LIMITS_ENABLED=false BANTER_LOG_LEVEL=warn taskset -c 0 build/release/banter serve \
    --data-dir "$1/data" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --shards "${SHARDS:-1}" \
    >"$1/out" 2>"$1/log" &
  server_pid=$!
  local tries=0
  until grep -q '^Admin: ' "$1/out"; do
    kill -0 "$server_pid" 2>/dev/null || fail "The server did not start: $(cat "$1/log")"
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "The server did not get ready in 30 s."
    sleep 0.1
  done
  server_url=$(sed -n 's/^Banter is ready: //p' "$1/out")
  server_admin=$(sed -n 's/^Admin: //p' "$1/out")
}

run_bench() {
  build_release
  local folder report=build/bench.txt
  folder=$(mktemp -d "$PWD/build/bench.XXXXXX")
  server_pid=
  # shellcheck disable=SC2064
  trap "stop_measured_server '$folder'" EXIT
  start_measured_server "$folder"
  say "Measuring; the server has core 0, the generator core 1."
  build/release/banter-load bench --server "$server_url" --admin "$server_admin" \
    --pid "$server_pid" --disk "$folder" --cpu 1 --find-knee --with-floor \
    --idle-connections 1000 "$@" | tee "$report"
  say "The report is in $report."
}

stop_measured_server() {
  [ -z "$server_pid" ] || { kill "$server_pid" && wait "$server_pid"; } 2>/dev/null || true
  rm -rf "$1"
}
