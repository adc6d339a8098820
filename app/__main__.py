"""`python -m app` is the same as `masthead`."""

from app.cli import main

main()
