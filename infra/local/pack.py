"""Zips the binaries that changed, two at a time, and prints `{function: sha256 of its binary}`.

`cargo lambda build --output-format zip` compresses every binary one after the other at each build; this one
compresses lightly (the zips never leave this machine) and leaves alone what it has zipped before.

Usage: pack.py <folder of binaries> <folder of zips> <function>...
"""

import hashlib
import json
import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def pack(binaries: Path, zips: Path, function: str) -> tuple[str, str]:
    """Zips one binary unless the zip of these very bytes is there."""
    binary = (binaries / function / "bootstrap").read_bytes()
    digest = hashlib.sha256(binary).hexdigest()
    target = zips / f"{function}.{digest[:16]}.zip"
    if not target.exists():
        for old in zips.glob(f"{function}.????????????????.zip"):
            old.unlink()
        entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        # Written beside and renamed: a zip that is there is whole.
        partial = target.with_suffix(".partial")
        with zipfile.ZipFile(partial, "w") as archive:
            archive.writestr(entry, binary, compresslevel=1)
        partial.replace(target)
    return function, digest


def main() -> None:
    """Packs every function named on the command line."""
    binaries, zips, functions = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    zips.mkdir(parents=True, exist_ok=True)
    # zlib and hashlib let go of the interpreter lock, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        digests = dict(workers.map(lambda name: pack(binaries, zips, name), functions))
    print(json.dumps(digests))


if __name__ == "__main__":
    main()
