"""Finding stories by their words, best first, with what was found marked. Not for: pages, the desk, lists by date."""
