from __future__ import annotations

import time
import unicodedata
from itertools import combinations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from governance.kernel.names import (
    Strange,
    is_plain,
    look_alike_keys,
    looks_like_an_id,
    strange_names,
)

UUID = "0193abcd-1234-7abc-8abc-0123456789ab"
# Zero width, direction, variation, grapheme joiner, soft hyphen, filler, tag, format.
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u200e\u202e\u2066\u061c\ufe0f\u034f\u00ad\u3164\U000e0041"
TWINS = {
    "a": "аａɑ", "c": "сϲｃ", "e": "еｅ", "i": "іｉı", "j": "јϳｊ", "o": "оοｏ", "p": "рρｐ",
    "s": "ѕｓ", "x": "хｘ", "y": "уｙ", "l": "1I|ⅼＩ", "A": "АΑＡ", "B": "ВΒＢ", "E": "ЕΕＥ",
    "H": "НΗＨ", "I": "ІΙl", "K": "КΚＫ", "M": "МΜＭ", "O": "0ОΟ", "P": "РΡＰ", "T": "ТΤＴ",
    "m": "ｍ", " ": "\u00a0\u2003\u3000", "-": "‐‑–−",
}  # fmt: skip
names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=20)
words = st.text("abcehijklmopstxyABEHIKMOPT 019-", min_size=1, max_size=20)


def alike(one: str, other: str) -> bool:
    return bool(look_alike_keys(one) & look_alike_keys(other))


def seen(name: str) -> str:
    assume(look_alike_keys(name))
    return name


@given(names)
@example("ẞtraße")
@example("İstanbul")
@example("ΐᾴς")
@example("ᏣᎳᎩ")
def test_case_does_not_tell_names_apart(name: str) -> None:
    for other in (name.upper(), name.lower(), name.casefold(), name.swapcase(), name.title()):
        assert alike(seen(name), other)


@given(names, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_unicode_form_does_not_tell_names_apart(name: str, form: str) -> None:
    assert alike(seen(name), unicodedata.normalize(form, name))  # type: ignore[arg-type]


@given(names, st.data())
def test_what_is_not_seen_does_not_tell_names_apart(name: str, data: st.DataObject) -> None:
    other = data.draw(st.lists(st.sampled_from(UNSEEN), min_size=len(name), max_size=len(name)))
    mixed = "".join(hidden + shown for hidden, shown in zip(other, name, strict=True))
    assert look_alike_keys(mixed) == look_alike_keys(name)


@given(words, st.data())
def test_letters_of_other_scripts_do_not_tell_names_apart(word: str, data: st.DataObject) -> None:
    drawn = [data.draw(st.sampled_from([one, *TWINS.get(one, "")])) for one in word]
    assert alike(seen(word), "".join(drawn))


def drawn_as(letter: str) -> list[str]:
    """A letter in either case, what looks like it, and the letters of other scripts like those."""
    cases = {letter, letter.upper(), letter.lower()}
    likes = {one for case in cases for one in TWINS.get(case, "") if not one.isascii()}
    return sorted(cases | set(TWINS.get(letter, "")) | {one for one in likes if one.isupper()})


@given(st.text("abcehijklmopstxyABEHKMOPT 019-", min_size=1, max_size=20), st.data())
def test_case_and_other_scripts_mixed_in_any_way_do_not_tell_names_apart(
    word: str, data: st.DataObject
) -> None:
    drawn = "".join(data.draw(st.sampled_from(drawn_as(one))) for one in word)
    assume(sum(one in "IІΙＩ" for one in drawn) <= 5)
    assert alike(seen(word), drawn)


@given(st.text("AIl1i", min_size=1, max_size=9), st.data())
def test_an_i_that_is_capital_is_like_both_an_i_and_an_l_at_every_place(
    word: str, data: st.DataObject
) -> None:
    assume(word.count("I") <= 5)
    likes = {"I": "IilІ1", "l": "lL1", "i": "i", "1": "1l", "A": "Aa"}
    assert alike(word, "".join(data.draw(st.sampled_from(likes[one])) for one in word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PayPal", "PaypaI"),
        ("PAYPAI", "paypai"),
        ("PAYPAI", "paypal"),
        ("marvin", "rnarvin"),
        ("Marvin", "rnarvin"),
        ("marvin", "Маrvin"),
        ("iB", "ІВ"),
        ("Illumina", "iIlumina"),
        ("AI-Install", "ai-lnstall"),
        ("IIIIIIIIII", "llllllllll"),
        ("Г", "Γ"),
        ("mc", "Mϲ"),
        ("fish", "ſish"),
        ("fish", "ﬁsh"),
        ("bot", "b0t"),
        ("agent-1", "agent‐l"),
        ("a b", "a\u3000 b"),
        ("bot", "bot\u2800"),
        ("é", "e\u200b\u0301"),
        ("i", "i\u0307"),
        ("ВОВА", "вова"),
    ],
)
def test_look_alikes(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypai", "paypal"),
        ("ali", "all"),
        ("i", "1"),
        ("B", "в"),
        ("e", "é"),
        ("a b", "ab"),
        ("a-b", "a_b"),
        ("bot", "bots"),
        ("审计", "审核"),
        ("bot 👩", "bot 👨"),
    ],
)
def test_names_that_are_told_apart(one: str, other: str) -> None:
    assert not alike(one, other)


def test_numbered_names_are_all_told_apart() -> None:
    stems = ("agent-{}", "bot {}", "GPT-{}", "v1.{}", "agent-{}-ali", "all-{}")
    numbered = [stem.format(number) for stem in stems for number in range(130)]
    assert strange_names(numbered) == []
    assert not any(alike(one, other) for one, other in combinations(numbered[:150], 2))


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164\u2800 ", "\u202e\u2066", "\ufe0f"])
def test_a_name_in_which_nothing_can_be_seen_has_no_key(name: str) -> None:
    assert look_alike_keys(name) == frozenset()
    assert not looks_like_an_id(name)


@given(st.uuids(), st.booleans())
def test_every_uuid_looks_like_an_id(uuid: object, capitals: bool) -> None:
    text = str(uuid).upper() if capitals else str(uuid)
    for name in (text, text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}", text[:8]):
        assert looks_like_an_id(name)


@pytest.mark.parametrize(
    "name",
    [
        "deadbeef",
        "DeadBeef",
        "12345678",
        "０１２３４５６７",
        "dеаdbееf",
        "dead\u200bbeef",
        UUID.replace("0", "O"),
        UUID.replace("1", "l"),
        UUID.replace("-", "‐"),
        f" {UUID}\u2800",
    ],
)
def test_what_looks_like_an_id(name: str) -> None:
    assert looks_like_an_id(name)


@pytest.mark.parametrize(
    "name",
    ["deadbee", "boldface", "callable", "agent-deadbeef", "20240101-0830", f"bot {UUID}", "x" * 36],
)
def test_what_does_not_look_like_an_id(name: str) -> None:
    assert not looks_like_an_id(name)


def test_strange_names_are_named_with_the_earlier_one() -> None:
    given_names = ["bot", "clerk", "Bot", UUID, "ｂot", "сlеrk"]
    assert strange_names(given_names) == [
        Strange(2, "Bot", "bot"),
        Strange(3, UUID, None),
        Strange(4, "ｂot", "bot"),
        Strange(5, "сlеrk", "clerk"),
    ]


def test_thousands_of_names_are_checked_in_moments() -> None:
    strange_names(["warm"])
    start = time.perf_counter()
    assert strange_names(f"agent {number} at Zürich" for number in range(2000)) == []
    assert time.perf_counter() - start < 5


@given(
    st.text(max_size=20),
    st.sampled_from("\x00\x1b\x7f\x85\x9b\n\u2028\u2029\u200e\u061c\u202e\u2066\u2069"),
)
def test_nothing_that_steers_a_terminal_or_the_direction_is_plain(text: str, one: str) -> None:
    assert not is_plain(text + one)
    assert not is_plain(one + text)


def test_letters_of_any_script_are_plain() -> None:
    for name in (
        "ada",
        "Jos\u00e9",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "\u674e",
        "a\u00a0b",
        "",
    ):
        assert is_plain(name)
