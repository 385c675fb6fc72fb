"""Measurements, one command each; nothing in the bot imports this."""
