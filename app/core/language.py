"""Languages by their BCP 47 codes: the right spelling, the writing direction, the name, and the text to show."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictStr

Direction = Literal["ltr", "rtl"]

LOCALE_PATTERN = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"
_SCRIPT_LENGTH = 4

# Languages usually written from right to left; a script in the code says otherwise (az-Arab, pa-Arab, ks-Deva).
_RTL_LANGUAGES = frozenset(
    {
        "ar",
        "arc",
        "ary",
        "arz",
        "ckb",
        "dv",
        "fa",
        "glk",
        "he",
        "iw",
        "ji",
        "khw",
        "ks",
        "lrc",
        "mzn",
        "nqo",
        "pnb",
        "prs",
        "ps",
        "rhg",
        "sd",
        "sdh",
        "skr",
        "syr",
        "ug",
        "ur",
        "yi",
    }
)
_RTL_SCRIPTS = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}
)

_NAMES = {
    "am": "አማርኛ",
    "ar": "العربية",
    "bn": "বাংলা",
    "ckb": "کوردیی ناوەندی",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "ha": "Hausa",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "ku": "Kurdî",
    "ms": "Bahasa Melayu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "ps": "پښتو",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "so": "Soomaali",
    "sv": "Svenska",
    "sw": "Kiswahili",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}


def canonical_locale(code: str) -> str:
    """The code in its usual case (`pt-br` → `pt-BR`); raises ValueError for what has not the shape of one."""
    if not re.fullmatch(LOCALE_PATTERN, code):
        raise ValueError("a locale is a language, with its script or region where needed: en, ar, ar-EG, zh-Hant")
    language, *rest = code.split("-")
    return "-".join([language.lower(), *(tag.title() if len(tag) == _SCRIPT_LENGTH else tag.upper() for tag in rest)])


Locale = Annotated[
    StrictStr,
    AfterValidator(canonical_locale),
    Field(json_schema_extra={"pattern": LOCALE_PATTERN}, examples=["en", "ar", "ar-EG"]),
]


def direction(locale: str) -> Direction:
    """Which way the locale is written: by its script where the code names one, else by its language."""
    language, _, rest = locale.partition("-")
    script, _, _ = rest.partition("-")
    if len(script) == _SCRIPT_LENGTH:
        return "rtl" if script.title() in _RTL_SCRIPTS else "ltr"
    return "rtl" if language.lower() in _RTL_LANGUAGES else "ltr"


def text_direction(text: str, default: Direction) -> Direction:
    """Which way a text starts: by its first strong character, since a comment says nothing about its language."""
    for char in text:
        match unicodedata.bidirectional(char):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return default


def language_name(code: str) -> str:
    """The language in its own words, a region in brackets (`العربية (EG)`); the code itself where we know no name."""
    for known in _wider(code):
        if known in _NAMES:
            region = code[len(known) + 1 :]
            return f"{_NAMES[known]} ({region})" if region else _NAMES[known]
    return code


def pick(texts: Mapping[str, str], locale: str, default_locale: str) -> str:
    """The text for a locale, else its language, the default or the first by code; "" when all are empty."""
    for code in (*_wider(locale), *_wider(default_locale), *sorted(texts)):
        if text := texts.get(code):
            return text
    return ""


def _wider(locale: str) -> list[str]:
    """The code, then what is left of it without its last subtags: zh-Hant-TW, zh-Hant, zh."""
    subtags = locale.split("-")
    return ["-".join(subtags[:end]) for end in range(len(subtags), 0, -1)]
