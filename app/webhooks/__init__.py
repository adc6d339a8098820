"""Events told to other servers, signed, in order, until they hear. Not for: how to call safely (core.fetch)."""
