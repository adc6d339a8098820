"""What can go wrong with feeds and sitemaps."""

from app.core.errors import NotFound


class FeedNotFound(NotFound):
    """The site has no such language."""


class SitemapNotFound(NotFound):
    """No sitemap has this number."""
