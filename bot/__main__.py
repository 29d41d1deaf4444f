"""`python -m bot` is `shimin`."""

from bot.cli import main

if __name__ == "__main__":
    main()
