"""What is kept of the channels: in memory, in a file, and through every kind of end."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.slack.listening import SETTINGS, Channel, Listening, Setting

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the state may be kept; nothing is there yet."""
    return tmp_path / "state.json"


@pytest.mark.parametrize("kept", [True, False])
async def test_a_channel_is_off_until_it_is_set(file: Path, *, kept: bool) -> None:
    """Nobody is listened to unasked; a setting holds for its channel alone."""
    listening = Listening.open(file if kept else None)
    assert (listening.of("C1"), listening.shadowed("C1")) == ("off", 0)
    for setting in ("on", "shadow", "off"):
        await listening.set("C1", setting, "U1", 17.5)
        assert (listening.of("C1"), listening.of("C2")) == (setting, "off")
    assert file.exists() == kept


async def test_questions_are_counted_while_shadowing(file: Path) -> None:
    """The count begins anew whenever shadow is switched on, and grows only while it is on."""
    listening = Listening.open(file)
    await listening.count("C1")
    assert listening.shadowed("C1") == 0
    await listening.set("C1", "shadow", "U1", 1)
    await listening.count("C1")
    await listening.count("C1")
    await listening.set("C1", "shadow", "U2", 2)
    assert listening.shadowed("C1") == 2
    assert listening.channels["C1"].by == "U1"
    await listening.set("C1", "on", "U2", 3)
    await listening.count("C1")
    assert listening.shadowed("C1") == 0
    await listening.set("C1", "shadow", "U1", 4)
    assert listening.shadowed("C1") == 0


async def test_the_state_cannot_be_changed_from_outside(file: Path) -> None:
    """Who looks at the channels sees one state, which no later change touches."""
    listening = Listening.open(file)
    before = listening.channels
    await listening.set("C1", "on", "U1", 1)
    assert dict(before) == {}
    assert dict(listening.channels) == {
        "C1": Channel(setting="on", shadowed=0, by="U1", since=1),
    }


async def test_what_is_so_already_is_not_written(file: Path) -> None:
    """Setting a channel to what it is leaves the file alone."""
    listening = Listening.open(file)
    await listening.set("C1", "on", "U1", 1)
    file.unlink()
    await listening.set("C1", "on", "U2", 2)
    await listening.set("C2", "off", "U2", 2)
    assert not file.exists()


async def test_what_is_off_leaves_no_trace(file: Path) -> None:
    """A channel that is switched off again is forgotten, with who had set it."""
    listening = Listening.open(file)
    await listening.set("C012", "on", "U345", 1)
    await listening.set("C012", "off", "U345", 2)
    assert json.loads(file.read_text(encoding="utf-8")) == {"version": 1, "channels": {}}


MOMENTS = st.floats(allow_nan=False, allow_infinity=False)
CHANGES = st.lists(
    st.tuples(st.text(max_size=3), st.sampled_from([*SETTINGS, "count"]), st.text(), MOMENTS),
    max_size=12,
)


@settings(deadline=None)
@given(CHANGES)
def test_the_file_keeps_everything(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, Setting, str, float]]
) -> None:
    """After a restart everything is as it was, whatever names and changes there were."""
    file = tmp_path_factory.mktemp("kept") / "state.json"

    async def change() -> Listening:
        listening = Listening.open(file)
        for channel, setting, by, now in changes:
            if setting in SETTINGS:
                await listening.set(channel, setting, by, now)
            else:
                await listening.count(channel)
        return listening

    left = asyncio.run(change()).channels
    assert Listening.open(file).channels == left


async def test_changes_at_once_are_all_kept(file: Path) -> None:
    """However many changes are made at the same time, the file ends with all of them."""
    listening = Listening.open(file)
    await asyncio.gather(*(listening.set(f"C{n}", "shadow", "U1", n) for n in range(40)))
    await asyncio.gather(*(listening.count(f"C{n % 40}") for n in range(80)))
    assert Listening.open(file).channels == listening.channels
    assert [listening.shadowed(f"C{n}") for n in range(40)] == [2] * 40


async def test_who_gives_up_waiting_loses_nothing(file: Path) -> None:
    """A change whose maker is cancelled while it is saved is not written over a later one."""
    listening = Listening.open(file)
    for number in range(30):
        task = asyncio.create_task(listening.set("C1", "shadow", "U1", number))
        await asyncio.sleep(0)  # Lets it begin.
        task.cancel()
        await listening.set("C1", "on", "U2", number)
        assert Listening.open(file).of("C1") == "on"
        await listening.set("C1", "off", "U2", number)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"channels": {}}',
        b'{"version": 1}',
        b'{"version": 1, "channels": []}',
        b'{"version": 1, "channels": {"C1": "on"}}',
        b'{"version": 1, "channels": {"C1": {"setting": "on"}}}',
        b'{"version": 1, "channels": {"C1": {"setting": "loud", "shadowed": 0, "by": "", '
        b'"since": 0}}}',
        b'{"version": 1, "channels": {"C1": {"setting": "on", "shadowed": "0", "by": "", '
        b'"since": 0}}}',
        b'{"version": 2, "channels": {}}',
    ],
)
def test_a_file_that_is_not_ours_is_refused(file: Path, content: bytes) -> None:
    """What is not understood is neither guessed nor overwritten; a sentence says what to do."""
    file.write_bytes(content)
    with pytest.raises(BotError) as caught:
        Listening.open(file)
    assert str(caught.value).startswith(f"{file} ")
    assert "set the channels anew." in str(caught.value)
    assert file.read_bytes() == content


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """Something else than a file in its place is told when the bot starts."""
    with pytest.raises(BotError, match="is not a regular file"):
        Listening.open(tmp_path)


def test_a_path_through_a_file_is_refused(file: Path) -> None:
    """A path that leads nowhere is told with the reason."""
    file.touch()
    with pytest.raises(BotError, match="cannot be read: Not a directory"):
        Listening.open(file / "state.json")


async def test_a_setting_holds_although_it_cannot_be_saved(file: Path) -> None:
    """A failing disk is told, the channel obeys nevertheless, and the next change saves both."""
    listening = Listening.open(file)
    file.mkdir()
    with pytest.raises(BotError, match=r"cannot be written: .* holds only until a restart"):
        await listening.set("C1", "on", "U1", 1)
    assert listening.of("C1") == "on"
    file.rmdir()
    await listening.set("C1", "on", "U1", 1)
    assert Listening.open(file).of("C1") == "on"


MANY = 5_000
_COUNTING = f"""
import asyncio, sys
from pathlib import Path
from bot.slack.listening import Channel, Listening

async def count():
    listening = Listening.open(Path(sys.argv[1]))
    while True:
        await listening.count("C1")
        print(listening.shadowed("C1"), flush=True)

many = {{f"C{{n}}": Channel(setting="shadow", shadowed=0, by="U1", since=0) for n in range({MANY})}}
if not Path(sys.argv[1]).exists():
    asyncio.run(Listening(Path(sys.argv[1]), many).count("C0"))
asyncio.run(count())
"""


def numbers(stream: IO[str]) -> list[int]:
    """Return what was printed, without a line that was cut off."""
    return [int(line) for line in stream if line.endswith("\n")]


def test_a_process_that_is_killed_leaves_a_whole_state(file: Path) -> None:
    """After a kill at any moment each count that was told of is kept, and at most one more."""
    for spared in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", _COUNTING, str(file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            told = [int(process.stdout.readline()) for _ in range(1 + spared % 3)]
            process.kill()
            told += numbers(process.stdout)
        found = Listening.open(file)
        assert found.shadowed("C1") in (told[-1], told[-1] + 1)
        assert len(found.channels) == MANY


_CUT_SHORT = """
import asyncio, resource, signal, sys
from pathlib import Path
from bot.slack.listening import Listening

listening = Listening.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
asyncio.run(listening.set("C2", "on", "U" * 1000, 2))
"""


async def test_a_process_that_dies_while_it_writes_leaves_the_old_state(file: Path) -> None:
    """A write that ends after a hundred bytes, with the process, leaves the file as it was."""
    listening = Listening.open(file)
    await listening.set("C1", "on", "U1", 1)
    died = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CUT_SHORT, str(file), cwd=ROOT
    )
    assert await died.wait() < 0
    assert Listening.open(file).channels == listening.channels
    await listening.set("C1", "off", "U1", 2)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
