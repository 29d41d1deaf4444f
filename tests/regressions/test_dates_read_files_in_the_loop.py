"""Babel read its locale files at the first date that was written, inside the event loop; which test failed depended on which came first."""

from datetime import date

from models.base.texts import ENGLISH, Texts


def test_a_language_is_read_whole_when_it_is_made(monkeypatch):
    fresh = Texts(ENGLISH)

    def no_disk(*args: object, **kwargs: object) -> None:
        raise AssertionError("read from disk")

    monkeypatch.setattr("os.stat", no_disk)
    monkeypatch.setattr("builtins.open", no_disk)
    assert fresh.show(date(2026, 12, 9)) == "Wed 9 Dec"
