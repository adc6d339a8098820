"""Whole numbers from outside: none is larger than the column that it is compared with."""

from typing import Annotated

from pydantic import Field, StrictInt

MOST_NUMBER = 2**31 - 1

RevisionNumber = Annotated[StrictInt, Field(ge=1, le=MOST_NUMBER)]
