"""Letters that are owed to people: one row a recipient, written from templates. Not for: how SMTP works (core.smtp)."""
