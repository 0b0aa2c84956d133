"""Find Node 20 or newer (or install it from requirements/node.lock) and the npm clients of tests/interop."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTEROP = ROOT / "tests" / "interop"
LOCK = INTEROP / "package-lock.json"
OLDEST = 20


def path_with_venv() -> str:
    """Let the machine's Node go first and the wheel's second."""
    return os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])


def find_node() -> str | None:
    """Give the path of a Node that is new enough."""
    for folder in path_with_venv().split(os.pathsep):
        node = shutil.which("node", path=folder)
        if node is None or shutil.which("npm", path=folder) is None:
            continue
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = answer.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST:
            return node
    return None


def install_node() -> None:
    """Install the locked wheel into the virtual environment."""
    print("Installing Node from requirements/node.lock ...", flush=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--require-hashes",
    ]
    subprocess.run([*pip, "--requirement", str(ROOT / "requirements" / "node.lock")], check=False)


def install_clients(node: str) -> bool:
    """Run `npm ci` once per lock file."""
    stamp = INTEROP / "node_modules" / ".installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return True
    print("Installing the npm clients of tests/interop ...", flush=True)
    npm = str(Path(node).with_name("npm"))
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")]),
    }
    if subprocess.run(command, cwd=INTEROP, env=environment, check=False).returncode != 0:
        return False
    stamp.write_text(wanted, encoding="ascii")
    return True


def main() -> int:
    """Prepare what tests/interop needs; a failure is named by the tests that do not run."""
    if not LOCK.exists():
        return 0
    node = find_node()
    if node is None:
        install_node()
        node = find_node()
    if node is None:
        print("Node 20 or newer is missing: the npm clients of tests/interop do not run.", file=sys.stderr)
        return 1
    if not install_clients(node):
        print("npm ci failed: the npm clients of tests/interop do not run.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
