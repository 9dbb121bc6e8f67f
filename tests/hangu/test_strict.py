"""STRICT=1 leaves no way to skip unnoticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

SKIPS = {
    "decorated": "import pytest\n@pytest.mark.skip(reason='x')\ndef test_it(): pass\n",
    "called": "import pytest\ndef test_it(): pytest.skip('x')\n",
    "module": "import pytest\npytest.skip('x', allow_module_level=True)\n",
    "missing": "import pytest\npytest.importorskip('no_such_module')\n",
}


def outcome(tmp_path, code, strict):
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(code)
    environment = os.environ | {"STRICT": strict, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        ROOT / "pyproject.toml",
    ]
    command += ["--rootdir", tmp_path, tmp_path]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("code", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_only_when_strict(tmp_path, code):
    strict, loose = (outcome(tmp_path, code, value) for value in "10")
    assert strict.returncode in (1, 2), strict.stdout
    assert "STRICT=1 allows no skip" in strict.stdout
    assert loose.returncode in (0, 5), loose.stdout
    assert "1 skipped" in loose.stdout
