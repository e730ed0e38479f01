"""Estimators start fast: nothing but NumPy until a quantile or a root is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import righthelp.estimators

MODULES = sorted(path.stem for path in Path(righthelp.estimators.__file__).parent.glob("*.py"))


def test_importing_every_estimator_loads_no_scipy() -> None:
    lines = [f"import righthelp.estimators.{name}" for name in MODULES if name != "__init__"]
    assert len(lines) > 10
    asked = "import sys; print(sorted(m for m in sys.modules if m.split('.')[0] in " + repr(
        ["scipy", "pandas", "statsmodels", "duckdb", "pydantic"]
    )
    source = str(Path(righthelp.estimators.__file__).parents[2])
    program = "\n".join([f"import sys; sys.path.insert(0, {source!r})", *lines, asked + "))"])
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
