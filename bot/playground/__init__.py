"""A Slack-like workspace on this machine, which knows nothing of the app in it."""
