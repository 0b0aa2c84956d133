"""Make this checkout importable in its virtual environment, with the `idp` command beside Python.

An editable install would need a build backend from an index. Two small files do the same.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The first lines are shell for the system and an empty string for Python: a path may hold spaces.
COMMAND = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from idp.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
"""


def link() -> None:
    """Write the path file and the command."""
    (Path(sysconfig.get_path("purelib")) / "gerbang.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = Path(sys.executable).parent / "idp"
    command.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    link()
