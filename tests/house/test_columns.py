"""Every column of every table is classified: who may ever see what stands in it. A new column without a word fails."""

from app.tables import metadata

# public: readers may see it, in one answer or another, once its row is public
# editor: only behind the fence
# private: no answer ever carries it
PUBLIC, EDITOR, PRIVATE = "public", "editor", "private"

COLUMNS: dict[str, dict[str, str]] = {
    "abuse_spent_challenge": {PRIVATE: "key until"},
    "abuse_trace": {PRIVATE: "id form seen_at first_band second_band third_band fourth_band"},
    "bayes_word": {EDITOR: "language word ham spam"},
    "flood": {EDITOR: "since", PRIVATE: "id minute held high_at"},
    "protected_name": {PRIVATE: "skeleton"},
    "sanction": {
        EDITOR: "id target comment_id reason notice created_at created_by ends_at lifted_by",
        PRIVATE: "subject",
    },
    "trained_text": {PRIVATE: "id label language words"},
    "verified_address": {PRIVATE: "writer address verified_at"},
    "announcement": {PRIVATE: "comment_id after"},
    "api_key": {
        EDITOR: "id name permissions created_by version created_at expires_at revoked_at last_used_on",
    },
    "author": {
        PUBLIC: "id slug names descriptions",
        EDITOR: "version created_at updated_at updated_by user_id",
        PRIVATE: "search_text",
    },
    "comment": {
        PUBLIC: "id number post_id parent_id depth status locale body_html author_name created_at edited_at "
        "descendants recommendations document hold_reasons verified",
        EDITOR: "revision version body author_email staff_id network evidence reviewed_by reviewed_at rejection "
        "reported_at pinned_at",
        PRIVATE: "visible body_hash search_text notify held_by_reports reader_id",
    },
    "comment_counter": {PRIVATE: "id number"},
    "comment_decision": {
        EDITOR: "batch_id place comment_id action revision before after rejection reviewed_by reviewed_at"
    },
    "comment_decision_batch": {EDITOR: "id decided_by decided_at undone_at"},
    "comment_note": {EDITOR: "id comment_id author_id body written_at"},
    "comment_recommendation": {PRIVATE: "comment_id reader"},
    "comment_report": {EDITOR: "comment_id reason note at", PRIVATE: "reporter closed_in"},
    "comment_revision": {EDITOR: "comment_id number body written_at"},
    "contact_note": {EDITOR: "id submission_id author_id body written_at", PRIVATE: "place"},
    "contact_reply": {EDITOR: "id submission_id author_id body sealed mail_id written_at", PRIVATE: "place"},
    "contact_submission": {
        PUBLIC: "reference",
        EDITOR: "id kind state flags name email subject body sealed locale network received_at moved_at assignee_id "
        "snoozed_until version",
        PRIVATE: "fingerprint search_text",
    },
    "correction": {PUBLIC: "id post_id locale kind text at", EDITOR: "created_by"},
    "correspondent": {PRIVATE: "id email"},
    "day_key": {PRIVATE: "day key"},
    "event": {EDITOR: "id name subject_id actor_id origin request_id data at position", PRIVATE: "private"},
    "front": {EDITOR: "place_id locale version updated_at updated_by"},
    "invitation": {
        EDITOR: "id email name role invited_by version created_at expires_at accepted_at revoked_at",
    },
    "job": {EDITOR: "id task args state run_at attempts error", PRIVATE: "twin private worker_id"},
    "job_schedule": {PRIVATE: "task due_at"},
    "job_worker": {PRIVATE: "id beat_at"},
    "kept_answer": {PRIVATE: "key request_hash about status headers body created_at"},
    "mail": {
        EDITOR: "id template locale recipient about state attempts response created_at sent_at",
        PRIVATE: "recipient_key args message_id in_reply_to private",
    },
    "mail_link": {PRIVATE: "id action about revision staff_id email letter_id locale created_at expires_at spent_at"},
    "password_reset": {PRIVATE: "id email user_id expires_at spent_at"},
    "pin": {PUBLIC: "place_id locale position post_id"},
    "post": {
        PUBLIC: "id kind locale published_at",
        EDITOR: "state life revision live_revision version created_by created_at updated_by updated_at trashed_at "
        "translated_from scheduled_revision publish_at unpublish_at embargoed",
        PRIVATE: "group_id translated_revision",
    },
    "post_lock": {EDITOR: "post_id holder_id since expires_at"},
    "post_term": {EDITOR: "term_id post_id"},
    # behind the fence; the holder of a link reads its end, and whether it may be answered
    "preview": {EDITOR: "id post_id revision reader may_answer created_by created_at expires_at revoked_at"},
    "preview_answer": {EDITOR: "id preview_id verdict name text at"},
    "public_path": {PUBLIC: "path post_id"},
    "redirect": {PUBLIC: "path target", EDITOR: "id version created_at updated_at updated_by"},
    "publication": {
        PUBLIC: "id kind locale slug title section_id featured published_at updated_at comments_mode comment_count "
        "path summary body detail link translation thread_moves withdrawn_at notice",
        EDITOR: "revision unpublish_at",
        PRIVATE: "group_id search_text doc_version tag_ids",
    },
    "publication_term": {PUBLIC: "term_id post_id kind locale published_at"},
    "rate_counter": {PRIVATE: "key hits ends_at"},
    "revision": {
        EDITOR: "id post_id number slug title dek excerpt body body_format body_html body_text section_id tag_ids "
        "author_ids cover_alt featured comments seo created_by created_at approved_at published_at "
        "restored_from autosave",
        PRIVATE: "search_text",
    },
    "sealing_key": {PUBLIC: "key_id public_key created_at", EDITOR: "id label created_by retired_at"},
    "search_entry": {PUBLIC: "shown facets", PRIVATE: "id post_id words"},
    "section": {
        PUBLIC: "id slug names descriptions parent_id position",
        EDITOR: "version created_at updated_at updated_by",
        PRIVATE: "search_text",
    },
    "series": {
        PUBLIC: "id slug names descriptions",
        EDITOR: "version created_at updated_at updated_by",
        PRIVATE: "search_text",
    },
    "series_part": {PUBLIC: "series_id position", EDITOR: "post_id", PRIVATE: "group_id"},
    "site": {PUBLIC: "settings", EDITOR: "version updated_at updated_by", PRIVATE: "id"},
    "slug": {PUBLIC: "slug post_id", EDITOR: "was_public"},
    "staff_session": {
        EDITOR: "id created_at rotated_at expires_at client",  # to their owners
        PRIVATE: "user_id salt generation ended_at",
    },
    "staff_user": {
        EDITOR: "id email name role created_at disabled_at version updated_at updated_by",
        PRIVATE: "password_hash",
    },
    "subscription": {PRIVATE: "id correspondent_id scope about locale confirmed_at"},
    "tag": {
        PUBLIC: "id slug names descriptions",
        EDITOR: "public version created_at updated_at updated_by",
        PRIVATE: "search_text",
    },
    "unindexed": {PRIVATE: "post_id"},
    "upcoming": {EDITOR: "post_id turn at", PRIVATE: "slug"},
    "withdrawal": {PUBLIC: "notice at", EDITOR: "post_id reason withdrawn_by"},
    "transition": {EDITOR: "id post_id revision action before after note moved_by at"},
    "webhook_delivery": {
        EDITOR: "id endpoint_id event_id event state attempts status error milliseconds retry_at created_at tried_at"
    },
    "webhook_endpoint": {
        EDITOR: "id url description events enabled disabled_reason generation rotated_at failures failing_since "
        "retry_at version created_at created_by updated_at",
        PRIVATE: "position",
    },
}


def classified(table: str) -> list[str]:
    return [column for columns in COLUMNS.get(table, {}).values() for column in columns.split()]


def test_every_column_has_one_class() -> None:
    wrong = {}
    for name, table in metadata.tables.items():
        listed, there = classified(name), {column.name for column in table.columns}
        new, gone = there - set(listed), set(listed) - there
        twice = {column for column in listed if listed.count(column) > 1}
        if new or gone or twice:
            wrong[name] = {"unclassified": new, "gone": gone, "twice": twice}
    assert wrong == {}


def test_no_table_is_listed_that_is_gone() -> None:
    assert set(COLUMNS) == set(metadata.tables)
    assert {kind for classes in COLUMNS.values() for kind in classes} <= {PUBLIC, EDITOR, PRIVATE}


def test_what_names_like_secrets_is_private() -> None:
    suspects = ("password", "hash", "salt", "secret", "token", "fingerprint", "search_text")
    for table, classes in COLUMNS.items():
        for kind in (PUBLIC, EDITOR):
            for column in classes.get(kind, "").split():
                assert not any(word in column for word in suspects), f"{table}.{column} is {kind}"


def test_what_is_personal_is_not_public() -> None:
    for table, classes in COLUMNS.items():
        for column in classes.get(PUBLIC, "").split():
            assert not any(word in column for word in ("email", "network", "created_by", "updated_by")), (
                f"{table}.{column}"
            )
