"""What machines follow and crawl: RSS, Atom, JSON Feed, sitemaps, robots.txt. Not for: pages that people read."""
