"""The commands of `onboard`: each reads its arguments, calls the middle, prints.

Imports that take long wait inside the commands that need them, so that `--help` is immediate.
"""
