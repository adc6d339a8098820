"""Measures Masthead against a bare ASGI server in the same run; only the ratio counts. Not part of the application."""
