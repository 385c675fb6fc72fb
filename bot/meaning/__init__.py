"""What texts mean: a small sentence model, and the vectors it gives to a catalogue."""
