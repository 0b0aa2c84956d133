"""Where files lie in memory: what a test forgets anyway need not wait for a disk."""

import os
import shutil
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - nothing here is read by a fixed name
LEAST_FREE_BYTES = 1024**3


def folder() -> Path | None:
    """Give a folder in memory that anybody may write to, or None where there is none with room."""
    if not SHARED.is_mount() or not os.access(SHARED, os.W_OK):
        return None
    return SHARED if shutil.disk_usage(SHARED).free >= LEAST_FREE_BYTES else None
