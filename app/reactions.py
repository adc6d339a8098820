"""When this happened, do that: one table from event names to what follows in the same transaction."""

from app.comments import reactions as comments
from app.events.service import Reaction
from app.posts import reactions as posts

REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "section.changed": (posts.refresh_under_term,),
    "tag.changed": (posts.refresh_under_term,),
    "author.changed": (posts.refresh_under_term,),
    "post.published": (comments.share_count,),
    "site.changed": (posts.refresh_all, comments.recount_threads),
}
