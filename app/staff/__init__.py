"""The people who work here: accounts, roles, permissions, sessions, tokens, guards. Not for: readers, bylines."""
