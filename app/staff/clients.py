"""What a session was begun with, as coarsely as its owner needs to know it again: never an address or a version."""

_PROGRAMS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome")),
    *(("Chrome", "Chrome"), ("Safari", "Safari"), ("curl/", "curl"), ("python", "Python"), ("node", "Node.js")),
)
_SYSTEMS = (
    *(("iPhone", "iOS"), ("iPad", "iOS"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)
_READ = 500


def describe(user_agent: str) -> str:
    """`Firefox on Linux`; empty for what we do not know."""
    program, system = (_first(names, user_agent[:_READ]) for names in (_PROGRAMS, _SYSTEMS))
    return " on ".join(filter(None, (program, system)))


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")
