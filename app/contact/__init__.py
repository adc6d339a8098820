"""Messages from readers to the newsroom, and the inbox that never loses one. Not for: comments."""
