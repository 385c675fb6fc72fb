"""A small sound catalogue, and a way to break it in one place."""

MINIMAL = """\
version: 1
topics:
  - id: pci
    name: PCI
    aliases: [pcie]
  - id: vfio
    name: VFIO
    after: [pci]
glossary:
  - term: BAR
    topics: [pci]
resources:
  - id: pci-talk
    title: A talk on PCI
    url: https://example.org/talk
    summary: How the bus works.
    topics: [pci]
    aliases: [bus talk]
  - id: vfio-notes
    title: Notes on VFIO
    url: https://example.org/notes
    summary: How a guest gets a device.
    topics: [vfio]
    asks: [how do I pass a device through]
"""


def edited(*changes: tuple[str, str]) -> str:
    """Return the small catalogue with each text, which occurs in it once, replaced."""
    text = MINIMAL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} has to occur exactly once"
        text = text.replace(old, new)
    return text


def added(lines: str) -> str:
    """Return the small catalogue with lines added to its last resource."""
    return MINIMAL + "".join(f"    {line}\n" for line in lines.splitlines())
