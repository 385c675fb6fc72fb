"""The links of a catalogue: asked for politely, judged, and what is told of them."""
