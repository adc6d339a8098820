"""What can go wrong with the settings."""

from app.core.errors import InUse


class LocaleInUse(InUse):
    """Posts or pages are written in a locale that is to go; `used_by` says which, up to 20."""
