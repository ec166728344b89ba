"""`make bench`: our risk engines against their peers, same work, one run, ratios and errors.

Each peer runs in an environment of its own under build/bench, made on first use. `aggregate` 1.11
needs Python 3.12 or newer; with an older interpreter pip would fall back to a far older one, so
it is left out there and the table says so (BENCH_PYTHON names an interpreter that is not on the
path). Arguments: names of peers to run (default all).
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from risk_cases import EXACT

HERE = Path(__file__).parent
FOLDER = HERE.parent / "build" / "bench"
PEERS = {
    "aggregate": ("aggregate==1.11.0", (3, 12)),
    "gemact": ("gemact==1.3.0", (3, 9)),
    "pyfair": ("pyfair==0.1a13", (3, 9)),
}
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def interpreter(least: tuple[int, int]) -> str | None:
    """Return a Python of at least a version, this one where it is new enough."""
    if sys.version_info[:2] >= least:
        return sys.executable
    for minor in range(least[1], least[1] + 4):
        for found in (shutil.which(f"python3.{minor}"), os.environ.get("BENCH_PYTHON")):
            if found and _works(found, least):
                return found
    return None


def _works(python: str, least: tuple[int, int]) -> bool:
    check = f"import sys; sys.exit(sys.version_info[:2] < {least!r})"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def environment(name: str) -> Path | None:
    """Return the Python of a peer's environment, made where it is not there yet."""
    package, least = PEERS[name]
    python = FOLDER / name / "bin" / "python"
    if not python.exists():
        base = interpreter(least)
        if base is None:
            return None
        subprocess.run([base, "-m", "venv", str(FOLDER / name)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", package], check=True)
    return python


def run(python: str | Path, script: str) -> list[dict[str, Any]]:
    """Run one script and return what it reports."""
    done = subprocess.run(
        [str(python), str(HERE / script)],
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"},
        cwd=FOLDER if FOLDER.exists() else HERE,
    )
    if done.returncode:
        print(f"{script} failed:\n{done.stderr[-800:]}", file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main(names: list[str]) -> None:
    """Run everything and print the tables."""
    engines = run(sys.executable, "risk_own.py")
    left_out = []
    for name in names:
        python = environment(name)
        if python is None:
            left_out.append(f"{PEERS[name][0]}: left out, needs Python {dotted(PEERS[name][1])}")
        else:
            engines += run(python, f"risk_peer_{name}.py")
    own = engines[0]["rows"]
    one_scenario(engines)
    several(engines, "portfolio", "53 scenarios, VaR 0.99 (simulations: 1e6 years)")
    several(engines, "many", "10,000 portfolios of 5, VaR and TVaR at 0.95 and 0.99")
    print("\n".join(left_out))
    allocation = own["allocation"]["seconds"] * 1e3
    print(f"allocation and gradients of 53 scenarios: {allocation:.0f} ms")
    event, normal = own["simulation"]["per_event_ns"], own["normals"]["per_event_ns"]
    print(
        f"simulation: {event:.1f} ns an event where numpy's own normals take {normal:.1f}"
        f" ({event / normal:.2f} x)"
    )
    targets(engines)


def one_scenario(engines: list[dict[str, Any]]) -> None:
    """Print times, ratios and errors of the single scenario."""
    own = engines[0]["rows"]["one"]["seconds"]
    print(
        "CPU time; one scenario: Poisson(3) x lognormal, VaR and TVaR; errors against exact values"
    )
    print(f"{'engine':34}{'ms':>10}{'x ours':>9}" + "".join(f"{key:>11}" for key in EXACT))
    for engine in engines:
        for case in [name for name in engine["rows"] if name.startswith("one")]:
            row = engine["rows"][case]
            label = f"{engine['name']} {engine['version']}{case.removeprefix('one')}"
            errors = "".join(
                f"{row[key] / exact - 1.0:>+11.1e}" if key in row else f"{'-':>11}"
                for key, exact in EXACT.items()
            )
            print(f"{label:34}{row['seconds'] * 1e3:>10.2f}{row['seconds'] / own:>9.1f}{errors}")


def several(engines: list[dict[str, Any]], case: str, title: str) -> None:
    """Print times, ratios and the median error of VaR 0.99 against our values with their bound."""
    print(f"\n{title}")
    own = engines[0]["rows"][case]
    for engine in engines:
        row = engine["rows"].get(case)
        if row is None:
            continue
        pairs = zip(row["var99"], own["var99"], strict=False)
        error = statistics.median(abs(found / exact - 1.0) for found, exact in pairs)
        beside = f"bound {row['bound']:.0e}" if row is own else f"error {error:.0e}"
        print(
            f"{engine['name']:24}{row['seconds']:>12.4f} s{row['seconds'] / own['seconds']:>9.1f} x"
            f"   VaR 0.99: {beside}   {row.get('note', '')}"
        )


def targets(engines: list[dict[str, Any]]) -> None:
    """Print whether the ratios that the design asks for were reached in this run."""
    own = engines[0]["rows"]
    rows = {engine["name"]: engine["rows"] for engine in engines}
    wanted = [
        ("one", "naive numpy", 200.0),
        ("one", "aggregate", 100.0),
        ("one", "gemact", 100.0),
        ("portfolio", "aggregate", 100.0),
        ("many", "aggregate", 500.0),
    ]
    print()
    for case, name, least in wanted:
        if name in rows:
            ratio = rows[name][case]["seconds"] / own[case]["seconds"]
            print(
                f"{'met   ' if ratio >= least else 'MISSED'} {case}: {ratio:.0f} x {name}"
                f" (at least {least:.0f})"
            )
    ratio = own["simulation"]["per_event_ns"] / own["normals"]["per_event_ns"]
    print(
        f"{'met   ' if ratio <= 15 / 8 else 'MISSED'} simulation: {ratio:.2f} x a normal number"
        " of numpy (at most 15/8)"
    )


def dotted(version: tuple[int, int]) -> str:
    """Return a version as it is written."""
    return f"{version[0]}.{version[1]}"


if __name__ == "__main__":
    main(sys.argv[1:] or list(PEERS))
