"""What Masthead says of itself: one JSON line an event; traces without the values of variables, which may be secret."""

import sys
from typing import TextIO

import structlog


def configure_logs(out: TextIO | None = None) -> None:
    """Set structlog up for the process: JSON with time, level and trace, written at once."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(out or sys.stderr),
        cache_logger_on_first_use=False,
    )
