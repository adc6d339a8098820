"""Masthead: one API for a small newsroom."""

__version__ = "0.1.0"
