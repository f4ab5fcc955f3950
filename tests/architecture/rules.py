"""What the sources may and may not do, as data."""

from pathlib import Path
from typing import NamedTuple

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

LOGGING_MODULES = ("src/base", "src/domain", "src/ports", "src/protocol", "src/runtime",
                   "src/adapters", "src/presence", "src/accounts", "src/delivery", "src/chat",
                   "src/gateway")
CLOCKED_MODULES = ("src/domain", "src/chat", "src/delivery", "src/presence", "src/accounts",
                   "src/gateway")


class Ban(NamedTuple):
    token: str  # a regular expression
    folders: tuple[str, ...]  # where it is banned
    instead: str
    sample: str  # a line that has it; checked, so that no rule is blind


BANNED = [
    Ban(r"\bsleep_for\b|\bsleep_until\b|\busleep\(|\btime\.sleep\(", ("src", "tools", "tests"),
        "wait on a condition or an executor's timer", "std::this_thread::sleep_for(1s);"),
    Ban(r"\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b", ("src", "tools", "web/src", "scripts"),
        "do it, or write it down in docs with an owner", "// TODO: more"),
    Ban(r"\bstd::cout\b|\bprintf\(|\bputs\(", LOGGING_MODULES, "base/log.hpp",
        "std::cout << x;"),
    Ban(r"\brand\(\)|\bsrand\(", ("src", "tools"), "ports::Random", "int x = rand();"),
    Ban(r"\bsystem\(|\bpopen\(", ("src", "tools"), "a library", 'system("ls");'),
    Ban(r"\bstrcpy\(|\bstrcat\(|\bsprintf\(|\bgets\(", ("src", "tools"), "std::string or fmt",
        "strcpy(to, from);"),
    Ban(r"\.detach\(\)", ("src", "tools"), "a thread that somebody joins", "thread.detach();"),
    Ban(r"\bstd::regex\b", ("src", "tools"), "a hand-written check: regex backtracks",
        "std::regex pattern;"),
    Ban(r"\bdelete \w|\bdelete\[\]|\bmalloc\(|\bfree\([^)]", ("src", "tools"),
        "an owner: unique_ptr, vector, string", "delete pointer;"),
    Ban(r"(?<!reset\()\bnew [A-Za-z_:]+[({;]", ("src", "tools"), "std::make_unique",
        "auto* x = new Thing(1);"),
    Ban(r"\bsystem_clock::now\b", CLOCKED_MODULES, "ports::Clock, so that time can be virtual",
        "std::chrono::system_clock::now()"),
    Ban(r"\brandombytes_buf\b|\bstd::random_device\b", CLOCKED_MODULES, "ports::Random",
        "std::random_device device;"),
    Ban(r"\bassert\(true\)|EXPECT_TRUE\(true\)|\bGTEST_SKIP\b|\bDISABLED_|mark\.skip|mark\.xfail"
        r"|\b(test|it|describe)\.skip\(", ("tests", "web/tests"), "a test that can fail",
        "GTEST_SKIP();"),
]

# Lines that a ban would hit and that are right: the file, and why.
EXCUSED = {
    "src/adapters/embedded/rocks_memory_table.cpp": "RocksDB owns what its factories return",
    "tests/architecture/rules.py": "names the tokens",
}


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
