"""The phases, a module each with `examine(session, attempt)`; `stack` puts them in order."""
