"""Who may do what: the table of the newsroom typed once more, row by row."""

import pytest

from app.staff.models import Role
from app.staff.permissions import PERMISSIONS, Permission
from tests.newsroom import Newsroom

# C contributor, A author, M moderator, E editor, D admin
ROWS = """
posts.read.own          C A - E D
posts.write.own         C A - E D
posts.submit.own        C A - E D
posts.trash.own         C A - E D
posts.preview.own       C A - E D
posts.publish.own       - A - E D
posts.correct.own       - A - E D
posts.read.any          - - - E D
posts.write.any         - - - E D
posts.review            - - - E D
posts.publish.any       - - - E D
posts.correct.any       - - - E D
posts.trash.any         - - - E D
posts.withdraw          - - - E D
tags.create             C A - E D
terms.write             - - - E D
redirects.write         - - - E D
ads.write               - - - E D
media.read              C A - E D
media.upload            C A - E D
media.write.own         C A - E D
media.write.any         - - - E D
comments.moderate.own   - A M E D
comments.moderate.any   - - M E D
comments.see_identity   - - M E D
comments.write          C A M E D
contact.read            - - M E D
contact.write           - - M E D
contact.reply           - - M E D
contact.open_sealed     - - - E D
contact.erase           - - - E D
users.manage            - - - - D
invitations.manage      - - - - D
keys.manage             - - - - D
webhooks.manage         - - - - D
site.write              - - - - D
activity.read           - - - - D
jobs.manage             - - - - D
events.read             - - - E D
embargo.read            - - - E D
account.self            C A M E D
"""
TABLE = {name: letters for name, *letters in (line.split() for line in ROWS.strip().splitlines())}
ROLES = (Role.CONTRIBUTOR, Role.AUTHOR, Role.MODERATOR, Role.EDITOR, Role.ADMIN)


def test_every_permission_has_a_row() -> None:
    assert [permission.value for permission in Permission] == list(TABLE)
    assert all(len(letters) == 5 for letters in TABLE.values())
    assert set(ROLES) == set(Role) == set(PERMISSIONS)


@pytest.mark.parametrize("name", TABLE)
def test_row(name: str) -> None:
    holders = [letter if name in PERMISSIONS[role] else "-" for letter, role in zip("CAMED", ROLES, strict=True)]
    assert holders == TABLE[name]


def test_nobody_holds_what_has_no_name() -> None:
    assert frozenset.union(*PERMISSIONS.values()) == set(TABLE)


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("letter", "role"), list(zip("CAMED", ROLES, strict=True)))
async def test_me_and_the_scope_say_the_same(newsroom: Newsroom, letter: str, role: Role) -> None:
    desk = await newsroom.staff(role.value)
    answer = await desk.get("/v1/auth/me")
    assert answer.headers["etag"] == (await desk.get("/v1/auth/me")).headers["etag"]
    me = answer.json()
    assert (me["id"], me["role"]) == (str(desk.user_id), role.value)
    assert me["permissions"] == sorted(name for name, letters in TABLE.items() if letter in letters)
