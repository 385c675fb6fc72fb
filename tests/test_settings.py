"""Settings as operators write them: in the environment, in `.env`, and wrongly."""

import traceback
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.errors import StoreError
from bot.settings import (
    NAMES,
    Features,
    Settings,
    SettingsError,
    read_search_settings,
    read_settings,
    read_store_settings,
)
from bot.store import Store

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_APP_TOKEN": "xapp-1-app"}
HTTP = {"SLACK_BOT_TOKEN": "xoxe.xoxb-1-bot", "SLACK_SIGNING_SECRET": "5ec7e7"}


def read(**changes: str) -> Settings:
    """Return the settings of a sound environment with these variables changed."""
    return read_settings(SOCKET | changes, None)


def problems(variables: dict[str, str], dotenv: Path | None = None) -> tuple[str, ...]:
    """Return what is wrong with an environment."""
    with pytest.raises(SettingsError) as caught:
        read_settings(variables, dotenv)
    assert str(caught.value) == "\n".join((*caught.value.problems, *caught.value.warnings))
    return caught.value.problems


def fault(name: str, value: str) -> str:
    """Return the one thing that is wrong when a sound environment has this value."""
    (problem,) = problems(SOCKET | {name: value})
    assert problem.startswith(f"{name} ")
    return problem


def test_two_tokens_are_enough() -> None:
    """Whatever is not set has the value that the documents promise."""
    found = read_settings(SOCKET, None)
    assert found.model_dump(exclude={"bot_token", "app_token"}) == {
        "signing_secret": None,
        "api_url": "https://slack.com/api/",
        "catalogue": Path("resources.yaml"),
        "curators_channel": None,
        "listening": False,
        "agent": True,
        "digest": True,
        "digest_grace_hours": 24,
        "links": True,
        "contact": "",
        "timezone": "UTC",
        "database_url": SecretStr("sqlite:///onboard.db"),
        "retention_days": 90,
        "rank_by_feedback": True,
        "model": "",
        "gap_people": 2,
        "notices_per_hour": 20,
        "host": "127.0.0.1",
        "port": 3000,
        "log": "info",
        "log_format": "auto",
        "warnings": (),
    }
    assert found.features == Features(listening=False, agent=True, curators=False)
    assert found.bot_token == SecretStr("xoxb-1-bot")
    assert found.app_token == SecretStr("xapp-1-app")


def test_each_variable_is_read() -> None:
    """Every variable reaches the setting that bears its name, in its proper form."""
    found = read(
        **HTTP,
        SLACK_API_URL="http://127.0.0.1:8080/api",
        ONBOARD_CATALOGUE="team/links.yaml",
        ONBOARD_CURATORS_CHANNEL="C012AB3CD",
        ONBOARD_LISTENING="Yes",
        ONBOARD_AGENT="off",
        ONBOARD_DIGEST="no",
        ONBOARD_DIGEST_GRACE_HOURS="48",
        ONBOARD_LINKS="off",
        ONBOARD_LINKS_CONTACT="links@example.org",
        ONBOARD_TIMEZONE="berlin",
        ONBOARD_DATABASE_URL="postgresql://me:secret@db/onboard",
        ONBOARD_RETENTION_DAYS="7",
        ONBOARD_RANK_BY_FEEDBACK="no",
        ONBOARD_MODEL="models/small",
        ONBOARD_GAP_PEOPLE="3",
        ONBOARD_NOTICES_PER_HOUR="0",
        ONBOARD_HOST="0.0.0.0",  # noqa: S104 (only read, never bound)
        ONBOARD_PORT="0",
        ONBOARD_LOG="DEBUG",
        ONBOARD_LOG_FORMAT="json",
    )
    assert found.model_dump(exclude={"bot_token", "app_token", "warnings"}) == {
        "signing_secret": SecretStr("5ec7e7"),
        "api_url": "http://127.0.0.1:8080/api/",
        "catalogue": Path("team/links.yaml"),
        "curators_channel": "C012AB3CD",
        "listening": True,
        "agent": False,
        "digest": False,
        "digest_grace_hours": 48,
        "links": False,
        "contact": "links@example.org",
        "timezone": "Europe/Berlin",
        "database_url": SecretStr("postgresql://me:secret@db/onboard"),
        "retention_days": 7,
        "rank_by_feedback": False,
        "model": "models/small",
        "gap_people": 3,
        "notices_per_hour": 0,
        "host": "0.0.0.0",  # noqa: S104 (only read, never bound)
        "port": 0,
        "log": "debug",
        "log_format": "json",
    }
    assert found.features == Features(listening=True, agent=False, curators=True, digest=False)


def test_the_token_for_socket_mode_decides_the_mode() -> None:
    """Socket Mode is used whenever there is a token for it, HTTP mode otherwise."""
    assert read_settings(SOCKET, None).mode == "socket"
    assert read_settings(HTTP, None).mode == "http"
    assert read_settings(SOCKET | HTTP, None).mode == "socket"


def test_settings_never_change() -> None:
    """What was read once stays as it was read."""
    with pytest.raises(ValidationError, match="frozen"):
        read_settings(SOCKET, None).port = 1


def test_nothing_set_is_told_at_once() -> None:
    """Without any variable a person learns of both things that are missing, and where they are."""
    token, mode = problems({})
    assert token.startswith("SLACK_BOT_TOKEN is not set. Copy")
    assert mode.startswith(
        "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP mode) is set. "
    )


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
@pytest.mark.parametrize("name", NAMES)
def test_a_variable_set_to_nothing_is_absent(name: str, empty: str) -> None:
    """An empty variable neither counts as set nor hides what stands in the file."""
    both = SOCKET | HTTP
    without = {key: value for key, value in both.items() if key != name}
    if name == "SLACK_BOT_TOKEN":
        assert problems(both | {name: empty}) == problems(without)
    else:
        assert read_settings(both | {name: empty}, None) == read_settings(without, None)


def test_faults_are_told_together() -> None:
    """One run names every variable that is wrong, in the order of the documents."""
    wrong = dict.fromkeys(NAMES, "\x07") | {"ONBOARD_HOST": "a host", "ONBOARD_PORT": "-1"}
    assert tuple(problem.split()[0] for problem in problems(wrong)) == NAMES


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-app", "a bot token, but holds an app-level token. Copy"),
        ("SLACK_BOT_TOKEN", "5ec7e7", "a bot token, but holds a signing secret. Copy"),
        ("SLACK_BOT_TOKEN", "xoxe-1-refresh", "a bot token, but holds another kind of token."),
        ("SLACK_APP_TOKEN", "xoxb-1-bot", "an app-level token, but holds a bot token. Generate"),
        ("SLACK_APP_TOKEN", "xoxp-1-user", "an app-level token, but holds a user token."),
        ("SLACK_SIGNING_SECRET", "xapp-1-app", "a signing secret, but holds an app-level token."),
        ("SLACK_BOT_TOKEN", "'xoxb-1-bot'", "Leave the quotation marks out."),
        ("SLACK_BOT_TOKEN", "xoxb-", "is cut short"),
        ("SLACK_APP_TOKEN", "xapp-1 app", "is cut short, or has a character"),
        ("SLACK_SIGNING_SECRET", "gehäuse", "is cut short, or has a character"),
        ("SLACK_API_URL", "slack.com/api", "is not a plain web address"),
        ("SLACK_API_URL", "https://slack.com/api/?x=1", "is not a plain web address"),
        ("SLACK_API_URL", "https://slack.com/api/#x", "is not a plain web address"),
        ("SLACK_API_URL", "https://u:p@slack.com/", "is not a plain web address"),
        ("SLACK_API_URL", "http://slack.com/api/", "Write https:"),
        ("SLACK_API_URL", "http://localhost.example.org/", "Write https:"),
        ("SLACK_API_URL", "http://127.example.org/", "Write https:"),
        ("ONBOARD_CATALOGUE", "a\x00b", "has a character that cannot be shown"),
        ("ONBOARD_CURATORS_CHANNEL", "#curators", "holds the name of a channel. In Slack, click"),
        ("ONBOARD_CURATORS_CHANNEL", "curators", "holds something else. In Slack, click"),
        ("ONBOARD_CURATORS_CHANNEL", "D012AB3CD", "has to be the ID of a channel"),
        ("ONBOARD_MODEL", "a\x00b", "has a character that cannot be shown"),
        ("ONBOARD_LISTENING", "maybe", "is neither true nor false"),
        ("ONBOARD_AGENT", "2", "is neither true nor false"),
        ("ONBOARD_RANK_BY_FEEDBACK", "a bit", "is neither true nor false"),
        ("ONBOARD_LINKS", "nightly", "is neither true nor false"),
        ("ONBOARD_LINKS_CONTACT", "me", "has to be a plain address"),
        ("ONBOARD_LINKS_CONTACT", "a@example.org; x", "has to be a plain address"),
        ("ONBOARD_LINKS_CONTACT", "https://example.org/(a)", "has to be a plain address"),
        ("ONBOARD_LINKS_CONTACT", "é@example.org", "has to be a plain address"),
        ("ONBOARD_HOST", "http://localhost", "without scheme and port"),
        ("ONBOARD_HOST", "localhost:3000", "without scheme and port"),
        ("ONBOARD_PORT", "65536", "a number up to 65535"),
        ("ONBOARD_PORT", "3_000", "is not a port"),
        ("ONBOARD_PORT", "३०००", "is not a port"),
        ("ONBOARD_PORT", "tcp://10.0.0.1:3000", "enableServiceLinks: false"),
        ("ONBOARD_DATABASE_URL", "onboard.db", "names neither SQLite nor PostgreSQL. Write"),
        ("ONBOARD_DATABASE_URL", "mysql://u:p@h/d", "needs the extra onboard[postgres]"),
        ("ONBOARD_DATABASE_URL", "sqlite://onboard.db", "names no file. Write sqlite:///onboard"),
        ("ONBOARD_DATABASE_URL", "sqlite:///", "names no file"),
        ("ONBOARD_DATABASE_URL", "postgresql://u:p@host", "is no sound address"),
        ("ONBOARD_DATABASE_URL", "postgresql://u:p#@host:port/d", "is no sound address"),
        ("ONBOARD_DATABASE_URL", "postgresql://u:p@host:port/d", "is no sound address"),
        ("ONBOARD_RETENTION_DAYS", "0", "Write a whole number from 1 to 3650."),
        ("ONBOARD_RETENTION_DAYS", "3651", "is not a number of days"),
        ("ONBOARD_RETENTION_DAYS", "९", "is not a number of days"),
        ("ONBOARD_GAP_PEOPLE", "0", "Write a whole number of at least 1."),
        ("ONBOARD_RANK_BY_FEEDBACK", "some", "is neither true nor false"),
        ("ONBOARD_NOTICES_PER_HOUR", "-1", "Write a whole number from 0 to 1000."),
        ("ONBOARD_LOG", "warn", "It can be debug, info, warning or error."),
        ("ONBOARD_LOG_FORMAT", "xml", "It can be auto, console or json."),
    ],
)
def test_a_fault_comes_with_its_remedy(name: str, value: str, said: str) -> None:
    """A wrong value is told by the variable's name, what is wrong, and what to do."""
    assert said in fault(name, value)


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8080/", "http://127.0.0.1/api/", "http://[::1]:9/", "https://e.org/slack/"],
)
def test_only_this_machine_is_spoken_to_unencrypted(address: str) -> None:
    """Plain http is for the loopback address; anything else has to be https."""
    assert read(SLACK_API_URL=address).api_url == address


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """What the file says holds where the environment is silent, and only there."""
    file = tmp_path / ".env"
    file.write_text('ONBOARD_PORT=1\nexport ONBOARD_LOG="error" # all\nHOME=/\n', encoding="utf-8")
    found = read_settings(SOCKET | {"ONBOARD_PORT": "2", "ONBOARD_LOG": ""}, file)
    assert (found.port, found.log) == (2, "error")


def test_the_file_of_the_current_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without arguments the process's own environment counts, and `.env` where it was started."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-bot")
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("SLACK_SIGNING_SECRET=a$b{c}${HOME}\n", encoding="utf-8")
    assert read_settings().signing_secret == SecretStr("a$b{c}${HOME}")


def test_a_file_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    """Most people set the environment; nobody has to have the file."""
    assert read_settings(SOCKET, tmp_path / ".env") == read_settings(SOCKET, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("SLACK_BOT_TOKEN=xoxb-1\n".encode("utf-16"), " is not UTF-8 text. Save it as UTF-8."),
        (b'A=1\n\n\nB="xoxb-1\n', ", line 4, cannot be read. Write NAME=value"),
        (b"SLACK_BOT_TOKEN xoxb-1\n", ", line 1, cannot be read. Write NAME=value"),
        (b"# x\nSLACK_BOT_TOKEN: xoxb-1\n", ", line 2, cannot be read. Write NAME=value"),
        (b"xoxb-1\n", ", line 1, cannot be read. Write NAME=value"),
        (b"=1\n", ", line 1, cannot be read. Write NAME=value"),
    ],
)
def test_an_odd_file_is_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """What cannot be read in the file is told by its line, without a word of what stands there."""
    file = tmp_path / ".env"
    file.write_bytes(content)
    (problem,) = problems(SOCKET, file)
    assert problem.startswith(f"{file}{said}")
    assert "xoxb-1" not in problem


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    """What cannot be opened is told with the reason and the remedy."""
    (problem,) = problems(SOCKET, tmp_path)
    assert problem.startswith(f"{tmp_path} cannot be read: Is a directory. Make it")


@settings(deadline=None)
@given(content=st.binary(max_size=60) | st.text(alphabet="AB=\"'\\# \n\r\t$}{\0é").map(str.encode))
def test_no_file_is_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the file holds, it is read, or refused in sentences."""
    file = tmp_path_factory.getbasetemp() / "any.env"
    file.write_bytes(content)
    try:
        read_settings(SOCKET, file)
    except SettingsError as error:
        assert all(problem.startswith(str(file)) for problem in error.problems)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SLACK_APPTOKEN", "SLACK_APP_TOKEN"),
        ("ONBOARD_CATALOG", "ONBOARD_CATALOGUE"),
        ("onboard_log", "ONBOARD_LOG"),
        ("ONBOARD_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("ONBOARD_CURATOR_CHANNEL", "ONBOARD_CURATORS_CHANNEL"),
    ],
)
def test_a_slip_of_the_name_is_told(slip: str, meant: str) -> None:
    """A variable that is nearly one of ours is a warning, and stands beside what it explains."""
    said = f"{slip} is not a variable that is read. Did you mean {meant}?"
    assert read(**{slip: "x"}).warnings == (said,)
    with pytest.raises(SettingsError) as caught:
        read_settings({slip: "x"}, None)
    assert caught.value.warnings == (said,)
    assert said not in caught.value.problems


@pytest.mark.parametrize(
    "name",
    [
        "SLACK_CLIENT_SECRET",
        "SLACK_USER_TOKEN",
        "ONBOARD_SERVICE_HOST",
        "ONBOARD_PORT_3000_TCP",
        "ONBOARD_COLOUR",
        "BOT_TOKN",
        "ONBOARD_",
        "SLACK_BOT_TOKEN:xoxb-1",
    ],
)
def test_names_of_others_are_left_alone(name: str) -> None:
    """Nobody is warned of a variable that something else reads, or that is like none of ours."""
    assert read(**{name: "x"}).warnings == ()


def test_the_store_needs_nothing_of_slack() -> None:
    """What looks after the store reads three variables, and is told of faults in these alone."""
    found = read_store_settings({"ONBOARD_GAP_PEOPLE": "3", "ONBOARD_PORT": "none"}, None)
    assert (found.retention_days, found.gap_people) == (90, 3)
    assert found.database_url == SecretStr("sqlite:///onboard.db")
    wrong = {"ONBOARD_DATABASE_URL": "db:hunter2", "ONBOARD_PORT": "none"}
    with pytest.raises(SettingsError) as caught:
        read_store_settings(wrong, None)
    (problem,) = caught.value.problems
    assert problem.startswith("ONBOARD_DATABASE_URL names neither")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_search_needs_nothing_but_its_own() -> None:
    """What asks in the terminal reads which model is wanted, and no fault of any other variable."""
    others = {"ONBOARD_DATABASE_URL": "none", "ONBOARD_PORT": "none"}
    assert read_search_settings(others, None).model == ""
    assert read_search_settings(others | {"ONBOARD_MODEL": "a/b"}, None).model == "a/b"
    with pytest.raises(SettingsError, match=r"^ONBOARD_MODEL has a character"):
        read_search_settings({"ONBOARD_MODEL": "a\x07"}, None)


@pytest.mark.parametrize("off", ["off", "OFF", "no", "false", "0"])
def test_the_model_is_switched_off_like_anything_else(off: str) -> None:
    """Every word for no means that there is to be no model."""
    assert read(ONBOARD_MODEL=off).model == "off"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///onboard.db",
        "sqlite:////state/onboard.db",
        "sqlite:///",
        "sqlite://",
        "sqlite:///:memory:",
        "postgres://u:p@h/d",
        "postgresql:///d?host=/run/postgresql",
        "postgresql://u:p@h:5433/d?sslmode=require",
        "postgresql://h/",
        "postgresql://h:port/d",
        "postgresql+asyncpg://h/d",
        "mysql://h/d",
    ],
)
def test_the_settings_take_what_the_store_takes(url: str) -> None:
    """An address is a fault of the settings exactly if no store can be made of it."""
    try:
        Store(url)
    except StoreError:
        fault("ONBOARD_DATABASE_URL", url)
    else:
        assert read(ONBOARD_DATABASE_URL=url).database_url == SecretStr(url)


TOKENS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "xoxb-", "xoxe.xoxb-", "xapp-", "xoxp-", "'xoxb-", "#", "http://"]),
        st.text(st.characters(codec="ascii", categories=["Nd"]), min_size=12),
        st.sampled_from(["", " ", "\n", "é", '"', ":1", "@e.org"]),
    ),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TOKENS))
@example({"SLACK_BOT_TOKEN": "xoxb-123456789012", "SLACK_APP_TOKEN": "xapp-123456789012"})
def test_no_secret_is_ever_shown(variables: dict[str, str]) -> None:
    """Wherever a secret stands, no sentence, no representation and no traceback tells of it."""
    plain = ("ONBOARD_CATALOGUE", "ONBOARD_HOST", "ONBOARD_CURATORS_CHANNEL")
    try:
        found = read_settings(variables, None)
    except SettingsError as error:
        shown = "".join(
            (*error.problems, str(error), repr(error), *traceback.format_exception(error))
        )
        secrets = list(variables.values())
        assert error.__cause__ is error.__context__ is None
    else:
        shown = f"{found!r}{found!s}{found.model_dump()}{found.model_dump_json()}"
        secrets = [value for name, value in variables.items() if name not in plain]
    for secret in secrets:
        core = "".join(c for c in secret if c.isdigit())
        assert all(core[at : at + 8] not in shown for at in range(len(core) - 7))
