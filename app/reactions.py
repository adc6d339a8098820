"""When this happened, do that; every so often, do that: the tables from which the night shift works."""

from datetime import timedelta

from app.abuse import memory_tasks as abuse_memory
from app.abuse import reactions as abuse
from app.abuse import tasks as abuse_tasks
from app.comments import reactions as comments
from app.comments import tasks as comments_tasks
from app.contact import tasks as contact
from app.correspondence import reactions as correspondence
from app.correspondence import tasks as correspondence_tasks
from app.events.service import Reaction, Reactions
from app.jobs import tasks as jobs
from app.jobs.workflow import Task
from app.mail import tasks as mail
from app.posts import front as posts_front
from app.posts import reactions as posts
from app.posts import tasks as posts_tasks
from app.search import reactions as search
from app.search import tasks as search_tasks
from app.staff import tasks as staff
from app.webhooks import reactions as webhooks
from app.webhooks import tasks as webhooks_tasks

# in the transaction of the event: small, and wrong if it came later
AT_ONCE: dict[str, tuple[Reaction, ...]] = {
    "section.changed": (posts.refresh_under_term, search.read_again),
    "section.deleted": (posts_front.forget_front,),
    "tag.changed": (posts.refresh_under_term, search.read_again),
    "author.created": (abuse.refresh_names,),
    "author.changed": (posts.refresh_under_term, abuse.refresh_names, search.read_again),
    "author.deleted": (abuse.refresh_names,),
    "user.joined": (abuse.refresh_names,),
    "user.changed": (abuse.refresh_names,),
    "user.disabled": (abuse.refresh_names,),
    "user.enabled": (abuse.refresh_names,),
    "post.published": (comments.share_count, search.read_again),
    "post.republished": (search.read_again,),
    "post.unpublished": (search.read_again,),
    "post.withdrawn": (search.read_again,),
    "post.purged": (comments.purge_thread, correspondence.on_purged, search.read_again),
    "comment.received": (correspondence.on_received,),
    "comment.held_again": (correspondence.on_held,),
    "comment.published": (correspondence.on_published,),
    "comment.deleted": (correspondence.on_gone,),
    "comment.erased": (correspondence.on_gone,),
    "site.changed": (posts.refresh_all, comments.recount_threads, abuse.refresh_names),
}

# after every event, in its transaction
ALWAYS: tuple[Reaction, ...] = (webhooks.wake_endpoints,)

# event → tasks, enqueued with it and called with its `subject_id`
AFTER: dict[str, tuple[Task, ...]] = {
    "contact.received": (contact.ANNOUNCE,),
    "contact.cleared": (contact.ANNOUNCE,),  # of spam nobody was told
    "contact.followed_up": (contact.TELL_OF_FOLLOW_UP,),
}

# every interval → task, once over all processes; days begin at midnight UTC
EVERY: dict[Task, timedelta] = {
    jobs.SWEEP: timedelta(hours=1),
    abuse_tasks.SWEEP: timedelta(hours=1),
    posts_tasks.RENEW: timedelta(minutes=10),
    search_tasks.CATCH_UP: timedelta(minutes=1),  # what was imported, and documents written anew in batches
    staff.SWEEP: timedelta(days=1),
    mail.SWEEP: timedelta(days=1),
    contact.RETAIN: timedelta(days=1),
    abuse_memory.REFRESH_NAMES: timedelta(hours=1),
    abuse_memory.SWEEP: timedelta(days=1),
    comments_tasks.FORGET_NETWORKS: timedelta(days=1),
    comments_tasks.PURGE_SPAM: timedelta(days=1),
    correspondence_tasks.DIGEST: timedelta(hours=6),
    correspondence_tasks.SWEEP: timedelta(days=1),
    posts_tasks.EMPTY_TRASH: timedelta(days=1),
    posts_tasks.THIN_HISTORY: timedelta(days=1),
    webhooks_tasks.CATCH_UP: timedelta(minutes=10),
    webhooks_tasks.SWEEP: timedelta(days=1),
}

# what verbs enqueue themselves
OWED: tuple[Task, ...] = (
    *(staff.ANSWER_FORGOTTEN, mail.SEND, posts_tasks.REFRESH, posts_tasks.SETTLE, webhooks_tasks.DELIVER),
    *(abuse_memory.CALM, comments_tasks.CHECK),
    *(correspondence_tasks.INVITE, correspondence_tasks.ANNOUNCE),
    *(correspondence_tasks.TELL_MODERATORS, correspondence_tasks.ANSWER),
)

TASKS: dict[str, Task] = {
    task.name: task for task in (*OWED, *EVERY, *(task for tasks in AFTER.values() for task in tasks))
}
REACTIONS = Reactions(
    at_once=AT_ONCE,
    tasks={event: tuple(task.name for task in tasks) for event, tasks in AFTER.items()},
    always=ALWAYS,
)
