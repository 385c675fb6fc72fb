"""The catalogue by meaning, as one HTML page that needs nothing else.

The list on the page holds all there is to read, so it is also what a screen reader reads, and what
is left without scripts. The map is drawn from it by the script of the page. The browser is told to
run and to load nothing but what this module wrote.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bot.catalogue.urls import url_fault
from bot.gaps import Gap
from bot.model import Catalogue, Resource, Topic

COLOURS, SHAPES = 10, 4
Place = Sequence[float]
"""Across and down, from -1 to 1."""

_NAMED = "Asked in vain"
# HTML has no way to write these.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def page(
    catalogue: Catalogue,
    places: Sequence[Place],
    gaps: Sequence[Gap],
    spots: Sequence[Place],
    *,
    days: int = 30,
) -> str:
    """The page: each resource at its place, in the order of the catalogue, each gap at its spot.

    The gaps are those of so many days.
    """
    style, script = _beside(".css"), _beside(".js")
    number = {topic.id: at for at, topic in enumerate(catalogue.topics)}
    inside: list[list[str]] = [[] for _ in catalogue.topics]
    for resource, place in zip(catalogue.resources, places, strict=True):
        inside[number[resource.topics[0]]].append(_resource(resource, place))
    sections = [
        _section(topic, at, items)
        for at, (topic, items) in enumerate(zip(catalogue.topics, inside, strict=True))
        if items
    ]
    if gaps:
        found = [_gap(gap, spot) for gap, spot in zip(gaps, spots, strict=True)]
        sections.append(_titled(_NAMED, "gap", 0, found))
    return _PAGE.format(
        policy=(
            f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        style=style,
        script=script,
        told=told(catalogue, gaps, days),
        list="\n".join(sections) or "<p>The catalogue is empty.</p>",
    )


def told(catalogue: Catalogue, gaps: Sequence[Gap], days: int) -> str:
    """What the page shows, in words."""
    many = _counted(len(catalogue.resources), "resource")
    if not gaps:
        return many
    asked = _counted(len(gaps), "question")
    return f"{many}, and {asked} asked in vain within {_counted(days, 'day')}"


def _section(topic: Topic, at: int, items: Sequence[str]) -> str:
    # Colour alone says too little to many an eye, and there are more topics than colours.
    shape = (at + at // COLOURS) % SHAPES
    return _titled(topic.name, f"t{at % COLOURS}", shape, items)


def _titled(name: str, look: str, shape: int, items: Sequence[str]) -> str:
    inside = "\n".join(items)
    return (
        f'<section data-look="{look}" data-shape="{shape}">\n'
        f'<h3 dir="auto">{_text(name)}</h3>\n<ul>\n{inside}\n</ul>\n</section>'
    )


def _resource(resource: Resource, place: Place) -> str:
    title = f'<bdi class="title">{_text(resource.title)}</bdi>'
    if url_fault(resource.url) is None:
        title = (
            f'<a href="{_text(resource.url)}" target="_blank" rel="noopener noreferrer">{title}</a>'
        )
    gone = resource.gone and f' <span class="gone">(link found dead on {resource.gone})</span>'
    return _item(place, f'{title}{gone or ""}<p dir="auto">{_text(resource.summary)}</p>')


def _gap(gap: Gap, spot: Place) -> str:
    words = _text(" ".join(gap.words))
    asked = f"{_counted(gap.times, 'time')} by {_counted(gap.people, 'person', 'people')}"
    return _item(spot, f'<bdi class="title">{words}</bdi><p>Asked {asked}.</p>')


def _item(place: Place, inside: str) -> str:
    return f'<li data-x="{place[0]:.4f}" data-y="{place[1]:.4f}">{inside}</li>'


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("\ufffd", text))


def _counted(many: int, one: str, more: str = "") -> str:
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def _beside(ending: str) -> str:
    return Path(__file__).with_suffix(ending).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>The catalogue by meaning</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>The catalogue by meaning</h1>
<p>{told}. What is near in meaning lies near; how far apart crowds lie says nothing.</p>
</header>
<main>
<div id="find" hidden data-drawn>
<label for="query">Find</label>
<input id="query" type="search" autocomplete="off">
<p id="count" role="status"></p>
</div>
<div id="both" hidden data-drawn>
<div id="map">
<div id="frame">
<svg class="map" role="group" aria-label="Map" aria-describedby="how">
<g id="crowd"></g>
<g id="names" aria-hidden="true"></g>
</svg>
<div id="card" hidden></div>
</div>
<div id="below">
<p id="how">Arrow keys go from dot to dot, Page Down to the next one of the list; Enter opens,
Escape closes; + and − zoom, 0 shows all. The list below tells the same.</p>
<div id="zoom">
<button id="in" type="button" aria-label="Zoom in">+</button>
<button id="out" type="button" aria-label="Zoom out">−</button>
<button id="whole" type="button">All</button>
</div>
</div>
</div>
<fieldset id="legend">
<legend>Topics</legend>
<button id="all" type="button">Show all</button>
<button id="none" type="button">Hide all</button>
<ul></ul>
</fieldset>
</div>
<section id="list">
<h2>As a list</h2>
{list}
</section>
</main>
<script>{script}</script>
</body>
</html>
"""
