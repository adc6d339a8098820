"""A list of the site, read once: its words and phrases in the spelling in which texts are compared with it."""

from functools import lru_cache

from app.abuse.disguise import FEWEST_CONSONANTS, Spellings, plain, sound_of


class WordList:
    """Finds listed words as whole words, in any of the spellings of a text; an Arabic word in Latin letters, too."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self._words: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        for entry in entries:
            folded = plain(entry)
            together = folded.replace(" ", "")
            self._words.setdefault(together, entry)
            if " " in folded:
                self._phrases.setdefault(folded, entry)
            elif len(sound := sound_of(together)) > FEWEST_CONSONANTS:
                self._words.setdefault(sound, entry)
        self._lengths = sorted({phrase.count(" ") + 1 for phrase in self._phrases})

    def find(self, spellings: Spellings) -> str | None:
        """The first entry, as the site wrote it, that stands in the text."""
        hits = self._words.keys() & spellings.words
        if hits:
            return self._words[min(hits)]
        line = spellings.line
        for length in self._lengths:
            for start in range(len(line) - length + 1):
                if entry := self._phrases.get(" ".join(line[start : start + length])):
                    return entry
        return None


@lru_cache(maxsize=16)
def word_list(entries: tuple[str, ...]) -> WordList:
    """The list behind these entries: made once while the settings stay as they are."""
    return WordList(entries)
