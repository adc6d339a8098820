"""What readers say below stories: threads, moderation, staff answers. Not for: messages to the newsroom (contact)."""
