"""`python -m app.cli` is `lead-router`."""

from app.cli import main

if __name__ == "__main__":
    main()
