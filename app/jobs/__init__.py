"""The queue: what must happen after a commit, at a time, or again until it works. Not for: what the tasks do."""
