"""Talk to a script of this folder in JSON lines."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FOLDER = Path(__file__).parent
SECONDS = 60


class ScriptClient:
    """One run of a script, by Node or by Python."""

    def __init__(self, interpreter: str, script: str) -> None:
        self._process = subprocess.Popen(
            [interpreter, str(FOLDER / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=FOLDER,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate(timeout=SECONDS)

    def tell(self, **message: Any) -> dict[str, Any]:
        """Send one message and give the answer; a script that ended fails the test with what it printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.communicate(timeout=SECONDS)[1])
        answer: dict[str, Any] = json.loads(line)
        return answer
