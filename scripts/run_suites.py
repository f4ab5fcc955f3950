#!/usr/bin/env python3
"""Runs the named suites one after the other and prints what each did.

Each suite writes JUnit XML, from which the tests are counted and the slowest named; of a program of
GoogleTest each case counts. A suite that ran no test has failed. The last line is
"N passed, N failed".
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "test"
LONG = os.environ.get("TEST_LONG") == "1"
# Of the long run of the simulation.
SIMULATION_SECONDS = int(os.environ.get("SIMULATION_SECONDS", "1800"))
SUITE_DEADLINE_S = 4 * 3600 if LONG else 30 * 60
TAIL_LINES = 60
SLOWEST = 10
BUILDS = {"": "release", "sanitize": "sanitize", "thread": "thread"}
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"suppressions={ROOT}/tests/tsan.supp:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lsan.supp",
}


@dataclass
class Outcome:
    suite: str
    exit_code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    cases: list[tuple[float, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.exit_code == 0 and self.failed == 0 and self.passed > 0


def pytest(folder: str, xml: Path, *arguments: str) -> list[str]:
    return ["/usr/bin/python3", "-m", "pytest", "-q", folder, f"--junitxml={xml}",
            "-p", "no:cacheprovider", "--durations=5", *arguments]


def ctest(build: str, prefix: str, xml: Path) -> list[str]:
    return ["ctest", "--test-dir", str(ROOT / "build" / build), "-R", f"^{prefix}", "-j", "2",
            "--output-on-failure", "--no-tests=error", "--output-junit", str(xml)]


def command_of(suite: str, xml: Path) -> tuple[list[str], Path]:
    """The command that runs the suite, and the folder to run it in."""
    name, _, variant = suite.partition("-")
    build = BUILDS[variant]
    if name in ("unit", "contract", "power"):
        return ctest(build, name, xml), ROOT
    if name == "simulation":
        command = ctest(build, name, xml)
        if LONG:
            program = ROOT / "build" / build / "tests" / "simulation" / "simulation"
            longer = f"{program} --first 10000 --seconds {SIMULATION_SECONDS}"
            command = ["bash", "-c", f"{shlex.join(command)} && {longer}"]
        return command, ROOT
    if name == "architecture":
        return pytest("tests/architecture", xml), ROOT
    if name == "e2e":
        marker = [] if LONG else ["-m", "not long"]
        return pytest("tests/e2e", xml, "-n", "3", *marker), ROOT
    if name == "crash":
        return pytest("tests/crash", xml, "--rounds", "50" if LONG else "5"), ROOT
    if name == "web":
        vitest = f"npx vitest run --reporter=default --reporter=junit --outputFile.junit={xml}"
        return ["bash", "-c", f"npm run --silent check && {vitest}"], ROOT / "web"
    if name == "browser":
        return ["node", "--test", "--test-reporter=spec", "--test-reporter-destination=stdout",
                "--test-reporter=junit", f"--test-reporter-destination={xml}"], \
            ROOT / "tests" / "browser"
    sys.exit(f"There is no suite '{suite}'.")


def cases_folder(suite: str) -> Path:
    """Where the programs of GoogleTest write what their cases did."""
    return OUT / f"{suite}-cases"


def environment_of(suite: str) -> dict[str, str]:
    variant = suite.partition("-")[2]
    environment = {**os.environ, **SANITIZER_OPTIONS}
    environment["BANTER_BIN"] = str(ROOT / "build" / BUILDS[variant] / "src" / "app" / "banter")
    environment["BANTER_SLOW"] = "1" if variant else "0"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if LONG:
        environment.setdefault("POWER_SECONDS", "60")  # for each kind of trouble
    environment["GTEST_OUTPUT"] = f"xml:{cases_folder(suite)}/"
    return environment


def count(outcome: Outcome, xml: Path) -> None:
    if not xml.exists():
        return
    programs = {file.stem: file for file in cases_folder(outcome.suite).glob("*.xml")}
    for case in ElementTree.parse(xml).getroot().iter("testcase"):
        cases = programs.get(case.get("name"))
        if cases is not None and cases != xml:
            count(outcome, cases)
            if outcome.failed or not has_failed(case):
                continue  # else all its cases passed and then it broke: that counts
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            continue
        outcome.failed += has_failed(case)
        outcome.passed += not has_failed(case)
        name = f"{case.get('classname', '')} {case.get('name', '')}".strip()
        outcome.cases.append((float(case.get("time") or 0), f"{outcome.suite}: {name}"))


def has_failed(case: ElementTree.Element) -> bool:
    return any(case.find(tag) is not None for tag in ("failure", "error"))


def run(suite: str) -> Outcome:
    xml = OUT / f"{suite}.xml"
    log = OUT / f"{suite}.log"
    command, folder = command_of(suite, xml)
    print(f"==> {suite}", flush=True)
    shutil.rmtree(cases_folder(suite), ignore_errors=True)  # GoogleTest adds to what is there
    start = time.monotonic()
    with log.open("w") as output:
        try:
            code = subprocess.run(command, cwd=folder, env=environment_of(suite), stdout=output,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  timeout=SUITE_DEADLINE_S, check=False).returncode
        except subprocess.TimeoutExpired:
            output.write(f"\nThe suite took longer than {SUITE_DEADLINE_S} s.\n")
            code = 124
    outcome = Outcome(suite, code, time.monotonic() - start)
    count(outcome, xml)
    print(f"    {outcome.passed} passed, {outcome.failed} failed in {outcome.seconds:.0f} s",
          flush=True)
    if not outcome.good:
        print("\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:]), flush=True)
    return outcome


def report(outcomes: list[Outcome]) -> int:
    print("\nSlowest tests")
    slowest = sorted((case for one in outcomes for case in one.cases), reverse=True)
    for seconds, name in slowest[:SLOWEST]:
        print(f"  {seconds:8.1f} s  {name}")
    print(f"\n{'suite':<20} {'passed':>8} {'failed':>8} {'seconds':>8}")
    for one in outcomes:
        mark = "" if one.good else "  FAILED" if one.passed or one.failed else "  RAN NOTHING"
        print(f"{one.suite:<20} {one.passed:>8} {one.failed:>8} {one.seconds:>8.0f}{mark}")
    passed = sum(one.passed for one in outcomes)
    failed = sum(one.failed for one in outcomes)
    failed += sum(1 for one in outcomes if not one.good and one.failed == 0)
    print(f"{'total':<20} {passed:>8} {failed:>8} {sum(one.seconds for one in outcomes):>8.0f}")
    print(f"\n{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


OUT.mkdir(parents=True, exist_ok=True)
sys.exit(report([run(suite) for suite in sys.argv[1:]]))
