"""What there is to mend in a catalogue, from faults to hints: rules with names, run together."""
