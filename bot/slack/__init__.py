"""The bot in Slack: what it asks for, hears, says and remembers."""
