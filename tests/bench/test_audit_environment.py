"""Which torch `make demo-audit` takes: never a CUDA build that nobody asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.audit_environment import SetupError, choose, cuda_packages, install_torch, run

CPU = {"install": [{"metadata": {"name": "torch"}}, {"metadata": {"name": "sympy"}}]}
CUDA = {"install": [*CPU["install"], *({"metadata": {"name": n}} for n in ("Triton", "nvidia-x"))]}


def test_cuda_is_told_from_what_pip_would_install() -> None:
    assert cuda_packages(CPU) == []
    assert cuda_packages(CUDA) == ["nvidia-x", "triton"]


@pytest.mark.parametrize(
    ("asked", "cuda", "gpu", "expected"),
    [
        ("", [], False, "pip"),
        ("", ["triton"], False, "uv"),
        ("", ["triton"], True, "pip"),
        ("", None, False, "uv"),
        ("torch==2.13.0", ["triton"], False, "pip"),
    ],
)
def test_who_installs_torch(asked: str, cuda: list[str] | None, gpu: bool, expected: str) -> None:
    assert choose(asked, cuda, gpu=gpu) == expected


class _Environment:
    """Notes what is installed; uv finds nothing."""

    def __init__(self, *, torch: bool = False, cuda: list[str] | None = None) -> None:
        self._torch, self._cuda = torch, cuda
        self.installed: list[tuple[str, ...]] = []

    def has(self, package: str) -> bool:
        return self._torch

    def would_bring(self, requirement: str) -> list[str] | None:
        return self._cuda

    def pip(self, *arguments: str) -> None:
        self.installed.append(arguments)

    def uv_torch(self) -> None:
        raise SetupError("failed: uv")


def test_a_torch_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.audit_environment.has_gpu", lambda: False)
    there = _Environment(torch=True)
    install_torch(there, "")  # type: ignore[arg-type]
    assert there.installed == []
    plain = _Environment(cuda=[])
    install_torch(plain, "")  # type: ignore[arg-type]
    assert plain.installed[0][-1].startswith("torch==")
    named = _Environment()
    install_torch(named, "'/a b/torch.whl' --no-deps")  # type: ignore[arg-type]
    assert named.installed[0][-2:] == ("/a b/torch.whl", "--no-deps")
    with pytest.raises(SetupError, match=r"no CPU build of torch.*TORCH="):
        install_torch(_Environment(cuda=["triton"]), "")  # type: ignore[arg-type]


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(SetupError, match=r"failed:.*raise SystemExit"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


def test_gpu_audit_without_a_gpu_or_torch_says_so(tmp_path: Path) -> None:
    """Where torch is missing its extra is named; where there is no GPU the exit code is 2."""
    command = [sys.executable, "bench/gpu_audit.py", "--out", str(tmp_path), "--device", "tpu"]
    found = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert found.returncode in {1, 2}
    assert "audit-local" in found.stderr or "neither cpu nor cuda" in found.stderr
    assert "Traceback" not in found.stderr
