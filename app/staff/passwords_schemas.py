"""New passwords on the wire."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.email import Email
from app.core.inputs import Forgiving

MOST = 4_096

Password = Annotated[str, Field(max_length=MOST, json_schema_extra={"format": "password"})]


class Forgotten(Forgiving):
    """Whose password."""

    email: Annotated[Email, Field(description="the address of the account")]


class ForgottenReceipt(BaseModel):
    """The same answer whether there is such an account or not."""

    link_valid_minutes: Annotated[int, Field(description="if there is such an account, a letter is on its way")]


class Reset(Forgiving):
    """The new password, by a link."""

    model_config = ConfigDict(frozen=True)

    token: Annotated[str, Field(max_length=200, description="the last part of the address in the letter")]
    password: Password


class PasswordChange(Forgiving):
    """The new password, by the present one."""

    model_config = ConfigDict(frozen=True)

    current_password: Password
    password: Password
