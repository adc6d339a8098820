"""A reader writes, changes and deletes comments in the widget; the newsroom reads them; on both databases."""

from playwright.sync_api import expect

from tests.comments.stage import comment, open_stage, write
from tests.server import Server


def test_a_held_comment_waits_in_its_writers_browser(server: Server) -> None:
    with open_stage(server) as stage:
        stage.set_policy("premoderate")
        slug = stage.story()
        with stage.visit(slug) as page:
            write(page, "The ferry was late")
            expect(comment(page, "The ferry was late")).to_be_focused()
            expect(comment(page, "The ferry was late")).to_contain_text("Waits for the newsroom: every comment is read")
            assert stage.public(slug) == []
            page.reload()
            own = comment(page, "The ferry was late")
            own.get_by_role("button", name="Edit").click()
            page.get_by_role("textbox", name="Your comment").last.fill("The ferry was *very* late")
            page.get_by_role("button", name="Save").click()
            expect(comment(page, "The ferry was very late")).to_be_focused()
            waiting = next(item for item in stage.waiting() if item["post"]["slug"] == slug)
            assert (waiting["body"], waiting["revision"]) == ("The ferry was *very* late", 2)
            stage.approve(waiting["id"], revision=2)
            page.reload()
            expect(page.get_by_role("heading", level=2)).to_have_text("1 comment")
            expect(page.get_by_text("not public yet")).to_be_hidden()
            comment(page, "very late").get_by_role("button", name="Delete").click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            expect(page.get_by_role("heading", level=2)).to_have_text("No comments yet")
            expect(page.get_by_role("heading", level=2)).to_be_focused()
            assert stage.public(slug) == []
        with stage.visit(slug) as page:
            expect(page.get_by_role("heading", level=2)).to_have_text("No comments yet")


def test_a_published_comment_is_answered_changed_and_deleted(server: Server) -> None:
    with open_stage(server) as stage:
        stage.set_policy("postmoderate")
        slug = stage.story()
        with stage.visit(slug) as page:
            write(page, "I saw it myself")
            own = comment(page, "I saw it myself")
            expect(own).to_be_focused()
            own.get_by_role("button", name="Reply").click()
            write(page, "And so did I", name="Basma")
            expect(comment(page, "And so did I")).to_be_focused()
            (first,) = stage.public(slug)
            assert [reply["author"]["name"] for reply in first["replies"]["items"]] == ["Basma"]
            own.get_by_role("button", name="Edit").click()
            expect(page.get_by_role("textbox", name="Your comment").last).to_have_value("I saw it myself")
            page.get_by_role("textbox", name="Your comment").last.fill("I saw it all")
            page.get_by_role("button", name="Save").click()
            own = comment(page, "I saw it all")
            expect(own).to_contain_text("edited")
            own.get_by_role("button", name="Delete").click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            expect(page.get_by_text("This comment was deleted.")).to_be_visible()
            expect(page.get_by_role("heading", level=2)).to_have_text("1 comment")
            (first,) = stage.public(slug)
            assert (first["status"], len(first["replies"]["items"])) == ("deleted", 1)
