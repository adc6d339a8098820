"""How stories are ordered: sections (a tree), tags, bylines. Not for: the people with accounts (staff)."""
