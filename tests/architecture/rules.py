"""What the sources may and may not do, as data."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Which modules a module may include. Arrows point down only; a test fails on any other.
ARROWS: dict[str, set[str]] = {
    "base": set(),
    "domain": {"base"},
    "ports": {"base", "domain"},
    "protocol": {"base", "domain"},
    "runtime": {"base", "domain"},
    "adapters/memory": {"base", "domain", "ports"},
    "adapters/embedded": {"base", "domain", "ports", "runtime"},
    "presence": {"base", "domain", "ports", "runtime"},
    "accounts": {"base", "domain", "ports"},
    "delivery": {"base", "domain", "ports", "protocol"},
    "chat": {"base", "domain", "ports", "protocol", "runtime", "delivery"},
    "gateway": {"base", "domain", "ports", "protocol", "runtime", "presence", "accounts",
                "delivery", "chat"},
    "app": {"base", "domain", "ports", "protocol", "runtime", "presence", "accounts", "delivery",
            "chat", "gateway", "adapters/embedded", "cli"},
    "client": {"base", "domain", "ports", "protocol"},
    "cli": {"base", "domain", "ports", "protocol", "client"},
    "load": {"base", "domain", "protocol"},
}

# Libraries whose headers only some modules may include.
CONFINED: dict[str, set[str]] = {
    "boost/asio": {"runtime", "gateway", "client"},
    "boost/beast": {"gateway", "client"},
    "boost/json": {"protocol", "client", "cli", "load"},
    "rocksdb/": {"adapters/embedded"},
    "sqlite3.h": {"adapters/embedded"},
    "banter/storage": {"adapters/embedded"},
    "spdlog/": {"base"},
    "prometheus/": {"base"},
    "toml++/": {"app"},
    "CLI/": {"app", "cli", "load"},
    "ncurses": {"cli"},
}

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100

# Token, where it is banned (prefixes of paths), and what to use instead.
BANNED: list[tuple[str, tuple[str, ...], str]] = [
    (r"\bsleep_for\b|\bsleep_until\b|\busleep\(", ("src", "tools", "tests"),
     "wait on a condition or an executor's timer"),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b", ("src", "tools", "web/src"),
     "do it, or write it down in docs with an owner"),
    (r"\bstd::cout\b|\bprintf\(|\bputs\(", ("src/base", "src/domain", "src/ports", "src/protocol",
     "src/runtime", "src/adapters", "src/presence", "src/accounts", "src/delivery", "src/chat",
     "src/gateway"), "base/log.hpp"),
    (r"\brand\(\)|\bsrand\(", ("src", "tools"), "ports::Random"),
    (r"\bsystem\(|\bpopen\(", ("src", "tools"), "a library"),
    (r"\bstrcpy\(|\bstrcat\(|\bsprintf\(|\bgets\(", ("src", "tools"), "std::string or fmt"),
    (r"\.detach\(\)", ("src", "tools"), "a thread that somebody joins"),
    (r"\bstd::regex\b", ("src", "tools"), "a hand-written check: regex backtracks"),
    (r"\bdelete \w|\bdelete\[\]|\bmalloc\(|\bfree\(", ("src",),
     "an owner: unique_ptr, vector, string"),
    (r"\bsystem_clock::now\b", ("src/domain", "src/chat", "src/delivery", "src/presence",
     "src/accounts", "src/gateway"), "ports::Clock, so that time can be virtual"),
    (r"\brandombytes_buf\b|\bstd::random_device\b", ("src/domain", "src/chat", "src/delivery",
     "src/presence", "src/accounts", "src/gateway"), "ports::Random"),
    (r"\bGTEST_SKIP\b|\bDISABLED_|EXPECT_TRUE\(true\)", ("tests",), "a test that can fail"),
]


def sources(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            parts = path.parts
            if path.suffix in suffixes and "node_modules" not in parts and "dist" not in parts:
                found.append(path)
    return sorted(found)


def module_of(path: Path) -> str:
    """"src/adapters/memory/x.cpp" -> "adapters/memory"; "tools/client/y.hpp" -> "client"."""
    parts = path.relative_to(ROOT).parts
    if parts[1] == "adapters":
        return "/".join(parts[1:3])
    return parts[1]
