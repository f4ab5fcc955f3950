"""The structure of the sources, checked: arrows between modules, sizes, banned tokens, links."""

import ast
import re

import pytest
from rules import (ARROWS, BANNED, CONFINED, EXCUSED, MAX_COLUMNS, MAX_FILE_LINES,
                   MAX_FUNCTION_LINES, ROOT, module_of, sources)

CPP = (".cpp", ".hpp")
CODE = (*CPP, ".ts", ".tsx", ".py", ".sh", ".mjs")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')


def included_module(header: str) -> str | None:
    parts = header.split("/")
    if parts[0] == "adapters" and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0] if len(parts) > 1 and parts[0] in ARROWS else None


def includes():
    for path in sources("src", "tools", suffixes=CPP):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := INCLUDE.match(line):
                yield path, number, match[1]


def fail_with(problems: list[str], how_to_mend: str) -> None:
    if problems:
        pytest.fail(how_to_mend + "\n  " + "\n  ".join(problems[:40]), pytrace=False)


def test_every_module_is_in_the_table():
    modules = {module_of(path) for path in sources("src", "tools", suffixes=CPP)}
    assert modules <= set(ARROWS), f"add to tests/architecture/rules.py: {modules - set(ARROWS)}"


def test_the_table_has_no_cycle():
    def below(module: str, seen: tuple[str, ...]) -> None:
        assert module not in seen, f"a cycle: {' -> '.join((*seen, module))}"
        for other in ARROWS[module]:
            below(other, (*seen, module))

    for module in ARROWS:
        below(module, ())


def test_includes_follow_the_arrows():
    problems = []
    for path, number, header in includes():
        target = included_module(header)
        own = module_of(path)
        if target and target != own and target not in ARROWS[own]:
            problems.append(f"{path.relative_to(ROOT)}:{number}: {own} may not include {target}")
    fail_with(problems, "Arrows point down only. Move the code, or put an interface into ports.")


def test_heavy_libraries_stay_where_they_belong():
    problems = []
    for path, number, header in includes():
        for library, allowed in CONFINED.items():
            if header.startswith(library) and module_of(path) not in allowed:
                problems.append(f"{path.relative_to(ROOT)}:{number}: {header} belongs to "
                                f"{', '.join(sorted(allowed))}")
    fail_with(problems, "Use the module that wraps this library.")


def all_code():
    return [ROOT / "dev", ROOT / ".ci" / "run",
            *sources("src", "tools", "tests", "web", "scripts", "cmake", suffixes=CODE)]


def test_files_are_short():
    problems = [f"{path.relative_to(ROOT)}: {count} lines" for path in all_code()
                if (count := len(path.read_text().splitlines())) > MAX_FILE_LINES]
    fail_with(problems, f"Split files of more than {MAX_FILE_LINES} lines: one thing each.")


def test_lines_are_short():
    problems = []
    for path in all_code():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if len(line) > MAX_COLUMNS:
                problems.append(f"{path.relative_to(ROOT)}:{number}: {len(line)} columns")
    fail_with(problems, f"Break lines of more than {MAX_COLUMNS} columns.")


NOT_A_FUNCTION = (r"namespace|struct|class|enum|union|extern|template|using|static const|"
                  r"constexpr|\}")
QUALIFIERS = r"(const|noexcept|override|final| |->.*|:.*)*"


def function_lengths(text: str):
    """Name, line and length of each function: from the line where its declaration begins, at
    namespace or class depth, to the "}" in the same column."""
    lines = text.splitlines()
    opening = re.compile(rf"^(?!\s*(?:{NOT_A_FUNCTION})).*\) ?{QUALIFIERS}\{{$")
    at = 0
    while at < len(lines):
        if opening.match(lines[at]):
            first = at
            while first > 0 and lines[first].startswith("     "):
                first -= 1
            indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
            for end in range(at + 1, len(lines)):
                if lines[end].startswith(indent + "}"):
                    yield lines[first].strip(), first + 1, end - first + 1
                    at = end
                    break
        at += 1


def test_functions_fit_a_screen():
    problems = []
    for path in sources("src", "tools", suffixes=CPP):
        for name, line, length in function_lengths(path.read_text()):
            if length > MAX_FUNCTION_LINES:
                problems.append(f"{path.relative_to(ROOT)}:{line}: {length} lines: {name}")
    for path in sources("tests", "scripts", suffixes=(".py",)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    problems.append(f"{path.relative_to(ROOT)}:{node.lineno}: {length} lines: "
                                    f"{node.name}")
    fail_with(problems, f"Split functions of more than {MAX_FUNCTION_LINES} lines.")


@pytest.mark.parametrize("ban", BANNED, ids=[ban.instead for ban in BANNED])
def test_banned(ban):
    problems = []
    token = re.compile(ban.token)
    assert token.search(ban.sample), "the rule does not see what it forbids"
    for path in sources(*ban.folders, suffixes=CODE):
        if str(path.relative_to(ROOT)) in EXCUSED:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if token.search(line.split("//")[0] if "TODO" not in ban.token else line):
                problems.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    fail_with(problems, f"Banned here; use {ban.instead}.")


def test_every_excuse_is_needed():
    tokens = [re.compile(ban.token) for ban in BANNED]
    for name in EXCUSED:
        text = (ROOT / name).read_text()
        assert any(token.search(text) for token in tokens), f"{name} needs no excuse any more"


def test_headers_do_not_open_namespaces():
    problems = []
    for path in sources("src", "tools", suffixes=(".hpp",)):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.match(r"\s*using namespace", line):
                problems.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    fail_with(problems, "A header must not put names into those who include it.")


def test_every_header_is_guarded():
    problems = [str(path.relative_to(ROOT)) for path in sources("src", "tools", suffixes=(".hpp",))
                if not path.read_text().startswith("#pragma once")]
    fail_with(problems, "Begin headers with #pragma once.")


def test_links_in_the_documentation_lead_somewhere():
    problems = []
    pages = [*ROOT.glob("*.md"), *sources("docs", "tools", suffixes=(".md",))]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in link and not (page.parent / link).exists():
                problems.append(f"{page.relative_to(ROOT)}: {link}")
    fail_with(problems, "These links lead nowhere.")


def test_the_rules_see_what_they_forbid():
    """The checks themselves can fail: each finds its fault in a piece of code that has it."""
    long_function = "void f() {\n" + "    x();\n" * 80 + "}\n"
    assert [length for _, _, length in function_lengths(long_function)] == [82]
    assert included_module("chat/sequencer.hpp") == "chat"
    assert included_module("adapters/embedded/lane_log.hpp") == "adapters/embedded"
    assert included_module("vector") is None
    assert "chat" not in ARROWS["delivery"] and "gateway" not in ARROWS["chat"]
