"""The magazine itself: name, tagline, publisher, languages, addresses, policies. Not for: the server's own settings."""
