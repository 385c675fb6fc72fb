"""What the operator decides, read once from the environment and a file `.env`.

All faults are told together, before anything connects, each with the variable's name and the
remedy. No sentence repeats a value: it might be a secret that stands in the wrong place.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bot.catalogue.urls import url_fault
from bot.catalogue.wording import either, guess
from bot.errors import BotError, ScheduleError
from bot.spoken import zone

_Model = TypeVar("_Model", bound=BaseModel)

Mode = Literal["socket", "http"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "console", "json"]

_APPS = "your app at https://api.slack.com/apps"
_GET_BOT_TOKEN = (
    f'Copy the "Bot User OAuth Token" from "OAuth & Permissions" of {_APPS}; it begins with xoxb-.'
)
_GET_APP_TOKEN = (
    'Generate an app-level token with the scope connections:write under "Basic Information" of '
    f"{_APPS}; it begins with xapp-."
)
_GET_SECRET = f'Copy the "Signing Secret" from "Basic Information" of {_APPS}.'
_GET_CHANNEL = (
    "In Slack, click the channel's name at its top and copy the channel ID from the foot of "
    '"About"; it begins with C or G.'
)
_NO_MODE = (
    "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP mode) is set. "
    f"For Socket Mode, which needs no public address: {_GET_APP_TOKEN} For HTTP mode: {_GET_SECRET}"
)

_BOT, _APP, _SIGNING_SECRET = "a bot token", "an app-level token", "a signing secret"
_KINDS_OF_TOKEN = {
    "xoxb-": _BOT,
    "xoxe.xoxb-": _BOT,
    "xapp-": _APP,
    "xoxp-": "a user token",
    "xox": "another kind of token",
}
# A secret travels in HTTP headers: visible ASCII, without the quotes that some shells leave around.
_FIT_FOR_SECRET = re.compile(r"[!#-&(-~]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_CONTACT = re.compile(r"https?://[!#-&*-;=?-~]{1,200}|[\w.+-]{1,64}@[\w.-]{1,200}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREFIXES = ("ONBOARD_", "SLACK_")
_LAST_PORT = 65535
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")

# Other names that Slack's own libraries and tools read. Some are near to ours, none is a slip.
_OF_OTHERS = frozenset(
    f"SLACK_{name}"
    for name in (
        "CLIENT_ID", "CLIENT_SECRET", "VERIFICATION_TOKEN", "USER_TOKEN", "SCOPES", "USER_SCOPES",
        "REDIRECT_URI", "REDIRECT_URI_PATH", "INSTALL_PATH", "WEBHOOK_URL", "APP_ID", "TEAM_ID",
        "CHANNEL", "CHANNEL_ID", "CONFIG_TOKEN", "SERVICE_TOKEN",
    )
)  # fmt: skip


class SettingsError(BotError):
    """The settings cannot be used: `problems` holds every fault, `warnings` what may explain it."""

    def __init__(self, problems: Sequence[str], warnings: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        super().__init__("\n".join((*self.problems, *self.warnings)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is switched on; the app asks Slack for nothing beyond it."""

    listening: bool = False
    """Whether curators may let it listen to channels."""
    agent: bool = True
    """Whether it can be opened beside whatever somebody reads in Slack."""
    curators: bool = False
    """Whether the curators have a channel."""
    digest: bool = True
    """Whether channels can have a weekly digest."""


# Readers of one value. What they raise is the rest of a sentence that begins with the name.


def _secret(kind: str, remedy: str) -> Callable[[str], SecretStr]:
    def read(value: str) -> SecretStr:
        if value[0] in "\"'":
            raise ValueError("begins with a quotation mark. Leave the quotation marks out.")
        held = _kind_of_secret(value)
        if held != kind:
            raise ValueError(f"has to be {kind}, but holds {held}. {remedy}")
        if value in _KINDS_OF_TOKEN or not _FIT_FOR_SECRET.fullmatch(value):
            raise ValueError(f"is cut short, or has a character that {kind} has not. {remedy}")
        return SecretStr(value)

    return read


def _kind_of_secret(value: str) -> str:
    kinds = (kind for start, kind in _KINDS_OF_TOKEN.items() if value.startswith(start))
    return next(kinds, _SIGNING_SECRET)


def _api_url(value: str) -> str:
    if url_fault(value) or (parts := urlsplit(value)).query or parts.fragment:
        raise ValueError("is not a plain web address. Write one like https://slack.com/api/.")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError(
            "begins with http:, which would send the tokens unencrypted. Write https:; http: is "
            "for this machine alone, such as http://localhost:8080/api/."
        )
    return value if value.endswith("/") else f"{value}/"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(value: str) -> Path:
    if not value.isprintable():
        raise ValueError("has a character that cannot be shown. Write the path of a file.")
    return Path(value)


def _model(value: str) -> str:
    return "off" if value.lower() in _NO else str(_path(value))


def _channel(value: str) -> str:
    if _CHANNEL.fullmatch(value):
        return value
    what = "the name of a channel" if value.startswith("#") else "something else"
    raise ValueError(f"has to be the ID of a channel, but holds {what}. {_GET_CHANNEL}")


def _switch(value: str) -> bool:
    if (lower := value.lower()) not in _YES + _NO:
        raise ValueError("is neither true nor false. Write one of these.")
    return lower in _YES


def _host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if _HOST.fullmatch(value):
            return value
    raise ValueError(
        "is not the name or address of a network interface. Write one without scheme and port: "
        "127.0.0.1 for this machine alone, 0.0.0.0 for all that can reach it."
    )


def _port(value: str) -> int:
    if value.startswith("tcp://"):
        raise ValueError(
            "holds an address. Kubernetes sets it for a Service called onboard: give the Service "
            "another name, or set enableServiceLinks: false."
        )
    # int() would take signs, underscores and the digits of every script.
    if not re.fullmatch("[0-9]{1,5}", value) or int(value) > _LAST_PORT:
        raise ValueError(f"is not a port. Write a number up to {_LAST_PORT}; 0 takes a free one.")
    return int(value)


def _number(least: int, most: int | None, what: str) -> Callable[[str], int]:
    bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"

    def read(value: str) -> int:
        # As with a port; and no number that is wanted here has more digits.
        number = int(value) if re.fullmatch("[0-9]{1,9}", value) else -1
        if number < least or (most is not None and number > most):
            raise ValueError(f"is not a number of {what}. Write a whole number {bounds}.")
        return number

    return read


def _database_url(value: str) -> SecretStr:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite":
        if not rest.startswith("/") or rest in ("/", "/:memory:"):
            raise ValueError("names no file. Write sqlite:///onboard.db, or another path.")
    elif scheme in ("postgresql", "postgres"):
        try:
            parts = urlsplit(value)
            sound = bool(parts.path.strip("/")) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(
                "is no sound address of a PostgreSQL database. Write "
                "postgresql://user:password@host/database; a password with other characters than "
                "letters and digits has them as %XX. It needs the extra onboard[postgres]."
            )
    else:
        raise ValueError(
            "names neither SQLite nor PostgreSQL. Write sqlite:///onboard.db for a file, or "
            "postgresql://user:password@host/database, which needs the extra onboard[postgres]."
        )
    return SecretStr(value)


def _zone(value: str) -> str:
    try:
        return zone(value)
    except ScheduleError:
        # Its sentence repeats the value, which might be a secret.
        raise ValueError("is no time zone. Write one by its name, as Europe/Berlin.") from None


def _contact(value: str) -> str:
    if not _CONTACT.fullmatch(value):
        raise ValueError(
            "is told to every site and has to be a plain address. Write one of the web, as "
            "https://example.org/bot, or of mail, as links@example.org."
        )
    return value


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if (lower := value.lower()) not in choices:
            raise ValueError(f"is none of its values. It can be {either(choices)}.")
        return lower

    return read


class _Read(BaseModel):
    # Secrets would stand in the errors of pydantic, which end up in tracebacks.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class SearchSettings(_Read):
    """What the operator decides of search; made by `read_search_settings`, and never changed."""

    model: Annotated[str, Field(alias="ONBOARD_MODEL"), BeforeValidator(_model)] = ""
    """The folder of a sentence model, `off`, or nothing for that of the extra, if installed."""


class StoreSettings(_Read):
    """What the operator decides of the store; made by `read_store_settings`, and never changed."""

    database_url: Annotated[
        SecretStr, Field(alias="ONBOARD_DATABASE_URL"), BeforeValidator(_database_url)
    ] = SecretStr("sqlite:///onboard.db")
    """Where it is kept what people did; may hold a password."""
    retention_days: Annotated[
        int, Field(alias="ONBOARD_RETENTION_DAYS"), BeforeValidator(_number(1, 3650, "days"))
    ] = 90
    """How long questions and thumbs are kept."""
    gap_people: Annotated[
        int, Field(alias="ONBOARD_GAP_PEOPLE"), BeforeValidator(_number(1, None, "people"))
    ] = 2
    """How many have to ask for something before it is shown that it is missing."""
    timezone: Annotated[str, Field(alias="ONBOARD_TIMEZONE"), BeforeValidator(_zone)] = "UTC"
    """The time zone of a digest, where Slack does not tell that of whoever sets it up."""


class LinksSettings(_Read):
    """What the operator decides of looking at links; made by `read_links_settings`."""

    links: Annotated[bool, Field(alias="ONBOARD_LINKS"), BeforeValidator(_switch)] = True
    """Whether the bot looks at every link each night."""
    contact: Annotated[str, Field(alias="ONBOARD_LINKS_CONTACT"), BeforeValidator(_contact)] = ""
    """What it tells the sites where to complain: an address of the web or of mail."""


class Settings(SearchSettings, StoreSettings, LinksSettings):
    """Everything the operator decides; made by `read_settings`, and never changed."""

    bot_token: Annotated[
        SecretStr, Field(alias="SLACK_BOT_TOKEN"), BeforeValidator(_secret(_BOT, _GET_BOT_TOKEN))
    ]
    """What the bot is known by in Slack."""
    app_token: Annotated[
        SecretStr | None,
        Field(alias="SLACK_APP_TOKEN"),
        BeforeValidator(_secret(_APP, _GET_APP_TOKEN)),
    ] = None
    """Opens Socket Mode, which is used when this is set."""
    signing_secret: Annotated[
        SecretStr | None,
        Field(alias="SLACK_SIGNING_SECRET"),
        BeforeValidator(_secret(_SIGNING_SECRET, _GET_SECRET)),
    ] = None
    """Proves in HTTP mode that a request comes from Slack."""
    api_url: Annotated[str, Field(alias="SLACK_API_URL"), BeforeValidator(_api_url)] = (
        "https://slack.com/api/"
    )
    """Where Slack's Web API is, with a slash at the end."""
    catalogue: Annotated[Path, Field(alias="ONBOARD_CATALOGUE"), BeforeValidator(_path)] = Path(
        "resources.yaml"
    )
    """The catalogue that is searched."""
    curators_channel: Annotated[
        str | None, Field(alias="ONBOARD_CURATORS_CHANNEL"), BeforeValidator(_channel)
    ] = None
    """The ID of the channel whose members keep the catalogue."""
    listening: Annotated[bool, Field(alias="ONBOARD_LISTENING"), BeforeValidator(_switch)] = False
    """Whether channels may be listened to at all."""
    agent: Annotated[bool, Field(alias="ONBOARD_AGENT"), BeforeValidator(_switch)] = True
    """Whether the bot has a pane of its own in Slack."""
    digest: Annotated[bool, Field(alias="ONBOARD_DIGEST"), BeforeValidator(_switch)] = True
    """Whether channels can have a weekly digest."""
    digest_grace_hours: Annotated[
        int, Field(alias="ONBOARD_DIGEST_GRACE_HOURS"), BeforeValidator(_number(1, 144, "hours"))
    ] = 24
    """How late a digest may be, if the bot was down when it was due; a later one is left out."""
    rank_by_feedback: Annotated[
        bool, Field(alias="ONBOARD_RANK_BY_FEEDBACK"), BeforeValidator(_switch)
    ] = True
    """Whether thumbs have a small say in the ranking."""
    notices_per_hour: Annotated[
        int,
        Field(alias="ONBOARD_NOTICES_PER_HOUR"),
        BeforeValidator(_number(0, 1000, "messages")),
    ] = 20
    """How many of those who waited for an answer are told of it within an hour, at most."""
    host: Annotated[str, Field(alias="ONBOARD_HOST"), BeforeValidator(_host)] = "127.0.0.1"
    """Where it answers HTTP. Nobody else reaches this machine's own; a container needs 0.0.0.0."""
    port: Annotated[int, Field(alias="ONBOARD_PORT"), BeforeValidator(_port)] = 3000
    """... and on which port."""
    log: Annotated[
        LogLevel, Field(alias="ONBOARD_LOG"), BeforeValidator(_one_of(get_args(LogLevel)))
    ] = "info"
    """The least that is logged."""
    log_format: Annotated[
        LogFormat, Field(alias="ONBOARD_LOG_FORMAT"), BeforeValidator(_one_of(get_args(LogFormat)))
    ] = "auto"
    """How it is logged; auto means for people on a terminal, and JSON elsewhere."""
    warnings: tuple[str, ...] = ()
    """What is no fault but may be a slip, in sentences."""

    @property
    def mode(self) -> Mode:
        """How Slack is reached: Socket Mode whenever there is a token for it."""
        return "socket" if self.app_token else "http"

    @property
    def features(self) -> Features:
        """What is switched on."""
        return Features(
            listening=self.listening,
            agent=self.agent,
            curators=self.curators_channel is not None,
            digest=self.digest,
        )


NAMES = tuple(field.alias for field in Settings.model_fields.values() if field.alias)
"""The variables that are read."""


def read_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> Settings:
    """Return what the environment says, and where it is silent the file `.env`, if there is one.

    A variable that is set to nothing counts as absent. Raises SettingsError with every fault.
    """
    given, problems = _given(environ, dotenv)
    warnings = tuple(_slips(given))
    settings, faults = _validated(Settings, given, warnings=warnings)
    problems += faults
    if not given.keys() & {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}:
        problems.append(_NO_MODE)
    if problems or settings is None:
        raise SettingsError(problems, warnings)
    return settings


def read_store_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> StoreSettings:
    """Return what the same places say of the store, for whoever needs nothing of Slack.

    Raises SettingsError with every fault among these.
    """
    return _part(StoreSettings, environ, dotenv)


def read_search_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> SearchSettings:
    """Return what they say of search. Raises SettingsError with every fault among that."""
    return _part(SearchSettings, environ, dotenv)


def read_links_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> LinksSettings:
    """Return what they say of looking at links. Raises SettingsError with every fault in that."""
    return _part(LinksSettings, environ, dotenv)


def _part(model: type[_Model], environ: Mapping[str, str] | None, dotenv: Path | None) -> _Model:
    given, problems = _given(environ, dotenv)
    settings, faults = _validated(model, given)
    problems += faults
    if problems or settings is None:
        raise SettingsError(problems)
    return settings


def _given(
    environ: Mapping[str, str] | None, dotenv: Path | None
) -> tuple[dict[str, str], list[str]]:
    written, problems = _read_file(dotenv) if dotenv else ({}, [])
    return _present(written) | _present(os.environ if environ is None else environ), problems


def _validated(
    model: type[_Model], given: Mapping[str, str], **more: object
) -> tuple[_Model | None, list[str]]:
    """Return the settings, or None and what is wrong with them.

    The error itself, and with it what was read, ends here: no traceback is to show it.
    """
    names = [field.alias for field in model.model_fields.values() if field.alias]
    try:
        return model.model_validate({n: given[n] for n in names if n in given} | more), []
    except ValidationError as error:
        return None, [_sentence(str(e["loc"][0]), e.get("ctx", {})) for e in error.errors()]


def _present(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in variables.items() if value.strip()}


def _sentence(name: str, context: Mapping[str, object]) -> str:
    # Only the bot token is required, so that it alone can be missing, without a reader's words.
    return f"{name} {context.get('error', f'is not set. {_GET_BOT_TOKEN}')}"


def _slips(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each variable that is not read but was probably meant to be.

    Only what follows the prefix is compared: the prefix would make all names alike.
    """
    endings = {name.partition("_")[2].lower(): name for name in NAMES}
    for name in names:
        prefixed = name.upper().startswith(_PREFIXES) and _VARIABLE.fullmatch(name)
        if not prefixed or name in NAMES or name in _OF_OTHERS:
            continue
        if ending := guess(name.partition("_")[2], tuple(endings)):
            yield f"{name} is not a variable that is read. Did you mean {endings[ending]}?"


def _read_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the variables in a file, and what is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [f"{path} is not UTF-8 text. Save it as UTF-8."]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is not the name of a file"
        return {}, [f"{path} cannot be read: {reason}. Make it a readable file, or remove it."]
    bindings = list(parse_stream(StringIO(text)))
    faults = [
        f"{path}, line {_line(binding)}, cannot be read. Write NAME=value; a value that begins "
        "with a quotation mark has to end with one."
        for binding in bindings
        if binding.error or (binding.key and not _VARIABLE.fullmatch(binding.key))
    ]
    return {b.key: b.value for b in bindings if b.key and b.value}, faults


def _line(binding: Binding) -> int:
    """Return the line on which something stands; the parser counts blank lines before it in."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
