"""scripts/setup: without the right to install it names what is missing; with everything there it touches nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox(tmp_path):
    """A copy of the script with stand-ins for the tools it calls, in front of the real ones."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("setup", "packages.txt", "requirements.txt"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts" / name)

    def tool(name, text):
        path = tmp_path / "bin" / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    tool("id", "echo 1000\n")
    tool("sudo", "exit 1\n")
    tool("apt-get", "echo apt-get was called >&2; exit 1\n")
    tool("cmake", "echo cmake was called >&2; exit 1\n")
    tool("dpkg-query", 'shift 2; for p; do [ "$p" = "$ABSENT" ] || echo "installed $p"; done\n')

    def run(*arguments, absent=""):
        environment = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "ABSENT": absent}
        command = [tmp_path / "scripts" / "setup", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    run.folder = tmp_path
    return run


def fake_venv(folder: Path, met: bool):
    """A Python that says whether the requirements are met and where its packages live."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "site").mkdir()
    python = folder / ".venv" / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$1" in -) exit {0 if met else 1};; -c) echo "{folder}/site";; *) echo "pip: $*" >&2; exit 1;; esac\n'
    )
    python.chmod(0o755)


def test_missing_package_is_named(sandbox):
    result = sandbox(absent="libcli11-dev")
    assert result.returncode == 1
    assert "missing: libcli11-dev\n" in result.stderr
    assert "apt-get was called" not in result.stderr


def test_nothing_is_installed_when_all_is_there(sandbox):
    fake_venv(sandbox.folder, met=True)
    result = sandbox("--no-build")
    assert result.returncode == 0, result.stderr
    assert "was called" not in result.stderr and "pip" not in result.stderr
    assert (sandbox.folder / "site" / "delos-build.pth").read_text().strip() == f"{sandbox.folder}/build/python"


def test_outdated_requirements_call_pip(sandbox):
    fake_venv(sandbox.folder, met=False)
    result = sandbox("--no-build")
    assert result.returncode == 1
    assert "pip: -m pip install" in result.stderr and "could not install scripts/requirements.txt" in result.stderr


def test_failed_configuration_shows_why(sandbox):
    fake_venv(sandbox.folder, met=True)
    result = sandbox()
    assert result.returncode == 1
    assert "cmake was called" in result.stderr and "cmake could not configure" in result.stderr


def test_unknown_option(sandbox):
    assert sandbox("--fast").returncode == 2
