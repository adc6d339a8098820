"""What the public may see: one row a live piece with its ready documents, slugs, redirects. Not for: drafts."""
