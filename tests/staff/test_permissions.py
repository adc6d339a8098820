"""Who may do what: the table of the newsroom typed once more, row by row."""

import pytest

from app.staff.models import Role
from app.staff.permissions import KEYS_CARRY, KEYS_READ, PERMISSIONS, Permission, lent
from tests.newsroom import Newsroom

# C contributor, A author, M moderator, E editor, D admin, K: an API key may carry it, R: it may, for reading
ROWS = """
posts.read.own          C A - E D K
posts.write.own         C A - E D K
posts.submit.own        C A - E D K
posts.trash.own         C A - E D K
posts.preview.own       C A - E D K
posts.publish.own       - A - E D K
posts.correct.own       - A - E D K
posts.read.any          - - - E D K
posts.write.any         - - - E D K
posts.review            - - - E D K
posts.publish.any       - - - E D K
posts.correct.any       - - - E D K
posts.trash.any         - - - E D K
posts.withdraw          - - - E D -
tags.create             C A - E D K
terms.write             - - - E D K
redirects.write         - - - E D K
ads.write               - - - E D K
media.read              C A - E D K
media.upload            C A - E D K
media.write.own         C A - E D K
media.write.any         - - - E D K
comments.moderate.own   - A M E D K
comments.moderate.any   - - M E D K
comments.see_identity   - - M E D K
comments.write          C A M E D -
contact.read            - - M E D K
contact.write           - - M E D K
contact.reply           - - M E D K
contact.open_sealed     - - - E D -
contact.erase           - - - E D -
users.manage            - - - - D -
invitations.manage      - - - - D -
keys.manage             - - - - D -
webhooks.manage         - - - - D -
site.write              - - - - D -
activity.read           - - - - D R
jobs.manage             - - - - D R
events.read             - - - E D K
embargo.read            - - - E D K
account.self            C A M E D -
"""
TABLE = {name: letters for name, *letters in (line.split() for line in ROWS.strip().splitlines())}
ROLES = (Role.CONTRIBUTOR, Role.AUTHOR, Role.MODERATOR, Role.EDITOR, Role.ADMIN)


def test_every_permission_has_a_row() -> None:
    assert [permission.value for permission in Permission] == list(TABLE)
    assert all(len(letters) == 6 for letters in TABLE.values())
    assert set(ROLES) == set(Role) == set(PERMISSIONS)


@pytest.mark.parametrize("name", TABLE)
def test_row(name: str) -> None:
    holders = [letter if name in PERMISSIONS[role] else "-" for letter, role in zip("CAMED", ROLES, strict=True)]
    carried = "R" if name in KEYS_READ else "K" if name in KEYS_CARRY else "-"
    assert [*holders, carried] == TABLE[name]


@pytest.mark.parametrize("role", ROLES)
def test_a_key_never_exceeds_the_present_role_of_its_maker(role: Role) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        carried = "KR" if method in ("GET", "HEAD") else "K"
        for name, letters in TABLE.items():
            good = name in PERMISSIONS[role] and letters[5] in carried
            assert lent([name], role, method) == ({name} if good else frozenset()), (name, method)
            assert name not in lent(TABLE.keys() - {name}, role, method)


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
