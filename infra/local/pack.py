"""Keeps a copy of the program that runs every function, and zips what starts it.

The zip is the same for each function and holds one line of shell: two hundred copies of the program would fill the
disk and the emulator's memory. Its name is the digest of the program, so that another program is other code. Prints
the zip's path.

Usage: pack.py <program> <folder>
"""

import hashlib
import shlex
import shutil
import sys
import zipfile
from pathlib import Path


def main() -> None:
    """Writes `<folder>/<digest>` and `<folder>/<digest>.zip` unless they are there."""
    program, folder = Path(sys.argv[1]), Path(sys.argv[2]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with program.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    kept, zipped = folder / digest, folder / f"{digest}.zip"
    if not zipped.exists():
        # Under another name first: a file that is there is whole.
        partial = folder / "partial"
        shutil.copy(program, partial)
        partial.replace(kept)
        inside = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
        inside.external_attr = 0o755 << 16
        with zipfile.ZipFile(partial, "w") as archive:
            archive.writestr(inside, f"#!/bin/sh\nexec {shlex.quote(str(kept))}\n")
        partial.replace(zipped)
    print(zipped)


if __name__ == "__main__":
    main()
