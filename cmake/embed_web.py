"""Writes web_assets.cpp and web_assets.S, which put the files of a folder into the program.

Usage: embed_web.py FOLDER OUTPUT_FOLDER
"""

import gzip
import hashlib
import sys
from pathlib import Path

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
LEAST_WORTH_COMPRESSING = 1024
NOTICE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Banter</title>
<h1>Banter is running</h1><p>This program was built without its web client.
Run <code>./dev build</code> to build both.</p></html>
"""


def read_files(folder: Path) -> dict[str, bytes]:
    files = {
        "/" + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return files or {"/index.html": NOTICE.encode()}


def compressed(body: bytes) -> bytes:
    if len(body) < LEAST_WORTH_COMPRESSING:
        return b""
    small = gzip.compress(body, 9, mtime=0)
    return small if len(small) < len(body) * 0.9 else b""


def main() -> None:
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    assembly = [".section .rodata"]
    declarations, rows = [], []

    def embed(name: str, data: bytes) -> str:
        if not data:
            return "{}"
        (output / name).write_bytes(data)
        assembly.append(f".global {name}\n{name}:\n.incbin \"{output / name}\"")
        declarations.append(f'extern "C" const char {name}[];')
        return f"{{{name}, {len(data)}}}"

    for index, (path, body) in enumerate(read_files(folder).items()):
        etag = hashlib.sha256(body).hexdigest()[:16]
        content_type = CONTENT_TYPES.get(Path(path).suffix, "application/octet-stream")
        immutable = "true" if path.startswith("/assets/") else "false"
        plain = embed(f"banter_web_{index}", body)
        small = embed(f"banter_web_{index}_gzip", compressed(body))
        rows.append(
            f'    {{"{path}", "{content_type}", "\\"{etag}\\"", {plain}, {small}, {immutable}}},'
        )
    assembly.append('.section .note.GNU-stack,"",@progbits')
    (output / "web_assets.S").write_text("\n".join(assembly) + "\n")
    (output / "web_assets.cpp").write_text(
        '#include "gateway/web_assets.hpp"\n\n'
        + "\n".join(declarations)
        + "\n\nnamespace banter::gateway {\n\nstd::span<const WebAsset> web_assets() {\n"
        + "    static const WebAsset assets[] = {\n"
        + "\n".join(rows)
        + "\n    };\n    return assets;\n}\n\n}  // namespace banter::gateway\n"
    )


main()
