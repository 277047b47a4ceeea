"""Locks between processes on open files. They end with the process, however it ends."""

from __future__ import annotations

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40
    """Others can't read what is locked there, so a byte behind all content is."""

    def locked(file: IO[str]) -> bool:
        """Lock a file for as long as it is open; False where somebody else has."""
        place = file.tell()
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(place)
        return True

else:
    import fcntl

    def locked(file: IO[str]) -> bool:
        """Lock a file for as long as it is open; False where somebody else has."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
