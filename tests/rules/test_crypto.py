"""Personal data at rest and links in texts: what was moved, changed or made elsewhere does not open."""

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base.crypto import Links, Unopenable, Vault, fingerprint

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
INDEX_KEY = bytes(32)
VAULT = Vault({"k1": OLD}, current="k1", index_key=INDEX_KEY)
LINKS = Links(bytes(range(2, 34)))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = LINKS.token("442012003481")
URL_SAFE = string.ascii_letters + string.digits + "-_"


@given(st.text())
@settings(derandomize=True, database=None, max_examples=50)
def test_any_text_opens_again(text: str):
    assert VAULT.open(VAULT.seal(text, "people.name"), "people.name") == text


def test_json_opens_again():
    value = {"name": "李明", "tries": [1, 2], "phone": None}
    assert VAULT.open_json(VAULT.seal_json(value, "drafts"), "drafts") == value


def test_two_seals_of_one_text_differ():
    assert VAULT.seal("李明", "people.name") != VAULT.seal("李明", "people.name")


def test_a_value_moved_to_another_column_does_not_open():
    with pytest.raises(Unopenable):
        VAULT.open(VAULT.seal("13800000001", "people.phone"), "people.name")


def test_a_changed_value_does_not_open():
    sealed = VAULT.seal("Li", "people.name")  # 30 bytes: base64 without padding, so every character counts
    for place in range(len(sealed)):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(Unopenable):
            VAULT.open(changed, "people.name")


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param("", id="nothing"),
        pytest.param("k1:", id="no data"),
        pytest.param("k1:AAAA", id="shorter than a nonce"),
        pytest.param("k1:***", id="not base64"),
        pytest.param("k1:AAAAA", id="half a byte"),
        pytest.param("李明", id="in clear"),
    ],
)
def test_what_was_never_sealed_does_not_open(sealed: str):
    with pytest.raises(Unopenable):
        VAULT.open(sealed, "people.name")


def test_old_keys_stay_in_the_ring_until_everything_is_sealed_anew():
    sealed = VAULT.seal("李明", "people.name")
    rotated = Vault({"k1": OLD, "k2": NEW}, current="k2", index_key=INDEX_KEY)
    assert rotated.open(sealed, "people.name") == "李明"
    assert rotated.seal("李明", "people.name").startswith("k2:")
    with pytest.raises(Unopenable, match="no key 'k1'"):
        Vault({"k2": NEW}, current="k2", index_key=INDEX_KEY).open(sealed, "people.name")


def test_an_index_is_stable_over_key_changes_and_differs_by_column_and_index_key():
    rotated = Vault({"k2": NEW}, current="k2", index_key=INDEX_KEY)
    assert VAULT.index("13800000001", "people.phone") == rotated.index("13800000001", "people.phone")
    others = {
        VAULT.index("13800000001", "people.phone"),
        VAULT.index("13800000002", "people.phone"),
        VAULT.index("13800000001", "people.name"),
        Vault({"k1": OLD}, current="k1", index_key=NEW).index("13800000001", "people.phone"),
    }
    assert len(others) == 4


@pytest.mark.parametrize("number", ["100000000000", "442012003481", "999999999999", "000000000017"])
def test_a_link_stands_for_its_case(number: str):
    token = LINKS.token(number)
    assert len(token) == 23
    assert LINKS.case_numbers(token) == [number]


def test_any_flipped_character_of_a_link_opens_nothing():
    flipped = [
        TOKEN[:place] + letter + TOKEN[place + 1 :]
        for place in range(len(TOKEN))
        for letter in URL_SAFE
        if letter != TOKEN[place]
    ]
    assert [token for token in flipped if LINKS.case_numbers(token)] == []


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param(TOKEN[:-1], id="cut"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(TOKEN + "=", id="padded"),
        pytest.param(TOKEN[:9] + "*" + TOKEN[9:], id="something between"),
        pytest.param(TOKEN + "\n", id="a line end"),
        pytest.param("例" * 23, id="not ASCII"),
        pytest.param(Links(bytes(32)).token("442012003481"), id="another city's key"),
    ],
)
def test_a_link_made_elsewhere_opens_nothing(token: str):
    assert LINKS.case_numbers(token) == []


def test_a_fingerprint_is_sha_256_of_text_or_bytes():
    assert fingerprint("秘密") == fingerprint("秘密".encode())
    assert fingerprint(b"").hex().startswith("e3b0c44298fc1c14")


def test_a_code_made_here_is_known_and_any_other_is_not():
    code = LINKS.code("ABCDEFGHIJ")
    assert len(code) == 16
    assert LINKS.is_code(code)
    for wrong in (code[:-1], code[::-1], code.lower(), "", "罚" * 16, Links(bytes(32)).code("ABCDEFGHIJ")):
        assert not LINKS.is_code(wrong)


def test_what_opens_something_opens_it_for_a_while():
    token = LINKS.opening("CODE", NOON)
    assert LINKS.opened(token, NOON) == "CODE"
    assert LINKS.opened(token, NOON + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda token: token.replace("CODE", "EDOC"), id="another thing"),
        pytest.param(lambda token: token.replace("-", "-f", 1), id="for longer"),
        pytest.param(lambda token: token[:-1], id="shortened"),
        pytest.param(lambda token: token.upper(), id="another spelling"),
        pytest.param(lambda token: "罚单", id="not made here"),
        pytest.param(lambda token: "", id="nothing"),
        pytest.param(lambda token: Links(bytes(32)).opening("CODE", NOON), id="another city's key"),
    ],
)
def test_what_was_not_made_here_opens_nothing(change: Callable[[str], str]):
    assert LINKS.opened(change(LINKS.opening("CODE", NOON)), NOON) is None
