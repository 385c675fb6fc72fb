"""Who lives in a workspace on its first day, and what they have said so far: data only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """A person; `name` is the handle that others mention."""

    id: str
    name: str
    real_name: str
    title: str = ""
    is_admin: bool = False
    timezone: str = "UTC"
    """A name of the IANA time zone database."""
    is_restricted: bool = False
    """Whether they are a guest, who is in some channels only."""
    is_ultra_restricted: bool = False
    """Whether they are a guest in one channel."""


@dataclass(frozen=True)
class Channel:
    """A public or private channel; the app may or may not have been invited."""

    id: str
    name: str
    purpose: str = ""
    private: bool = False
    members: tuple[str, ...] = ()
    app_is_member: bool = False
    creator: str = ""


@dataclass(frozen=True)
class Said:
    """A message from before the app came, in Slack's text; perhaps a reply to an earlier one."""

    channel: str
    user: str
    text: str
    thread: "Said | None" = None


@dataclass(frozen=True)
class Step:
    """Something to try first: where, and what to type there."""

    text: str
    channel: str
    insert: str


@dataclass(frozen=True)
class Welcome:
    """What the page tells whoever opens it for the first time."""

    title: str
    text: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Seed:
    """A whole workspace as it is before anybody acts."""

    name: str
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    messages: tuple[Said, ...] = ()
    welcome: Welcome | None = None

    def __post_init__(self) -> None:
        users = {user.id for user in self.users}
        channels = {channel.id for channel in self.channels}
        if len(users) < len(self.users) or len(channels) < len(self.channels):
            raise ValueError("two users or two channels have the same id")
        named = {member for channel in self.channels for member in channel.members}
        if strangers := (named | {said.user for said in self.messages}) - users:
            raise ValueError(f"nobody has the id {', '.join(sorted(strangers))}")
        if unknown := {said.channel for said in self.messages} - channels:
            raise ValueError(f"no channel has the id {', '.join(sorted(unknown))}")
        for number, said in enumerate(self.messages):
            if said.thread is not None and said.thread not in self.messages[:number]:
                raise ValueError(f"a reply comes before what it replies to: {said.text}")
