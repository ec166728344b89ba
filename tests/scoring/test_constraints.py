"""Verdicts of the 25 constraint types on answers that obey, break or nearly obey them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.errors import InputError
from governance.scoring.constraints import (
    CONSTRAINT_TYPES,
    check_response,
    loose_variants,
    parse_constraint,
    parse_constraints,
)

ENGLISH = "The harvest was good this year and the farmers were happy about the rain."
GERMAN = "Die Ernte war in diesem Jahr gut und die Bauern haben sich über den Regen gefreut."

CASES: list[tuple[str, dict[str, object], str, bool]] = [
    ("keywords:existence", {"keywords": ["rain", "FARMERS"]}, ENGLISH, True),
    ("keywords:existence", {"keywords": ["rain", "snow"]}, ENGLISH, False),
    ("keywords:existence", {"keywords": ["c++ (11)"]}, "I write C++ (11).", True),
    (
        "keywords:frequency",
        {"keyword": "war", "frequency": 2, "relation": "at least"},
        "War, war.",
        True,
    ),
    (
        "keywords:frequency",
        {"keyword": "a.b", "frequency": 1, "relation": "less than"},
        "axb",
        True,
    ),
    ("keywords:frequency", {"keyword": "x", "frequency": 0, "relation": "at least"}, "none", True),
    ("keywords:frequency", {"keyword": "x", "frequency": 0, "relation": "less than"}, "no", False),
    ("keywords:forbidden_words", {"forbidden_words": ["rock"]}, "rocket science", True),
    ("keywords:forbidden_words", {"forbidden_words": ["rock"]}, "We ROCK!", False),
    ("keywords:forbidden_words", {"forbidden_words": ["C++"]}, "in C++ we trust", False),
    (
        "keywords:letter_frequency",
        {"letter": "#", "let_frequency": 4, "let_relation": "at least"},
        "#a #b #c #d",
        True,
    ),
    (
        "keywords:letter_frequency",
        {"letter": "#", "let_frequency": 4, "let_relation": "at least"},
        "#a #b #c",
        False,
    ),
    (
        "keywords:letter_frequency",
        {"letter": "!", "let_frequency": 2, "let_relation": "less than"},
        "Go! Go!",
        False,
    ),
    (
        "keywords:letter_frequency",
        {"letter": "T", "let_frequency": 3, "let_relation": "less than"},
        "The tent",
        False,
    ),
    ("language:response_language", {"language": "en"}, ENGLISH, True),
    ("language:response_language", {"language": "de"}, GERMAN, True),
    ("language:response_language", {"language": "de"}, ENGLISH, False),
    ("language:response_language", {"language": "zh"}, "今天天气很好,我们去公园散步吧。", True),
    ("language:response_language", {"language": "en"}, "12345 67890", False),
    (
        "length_constraints:number_sentences",
        {"num_sentences": 2, "relation": "at least"},
        "Dr. Smith paid $3.50. He left.",
        True,
    ),
    (
        "length_constraints:number_sentences",
        {"num_sentences": 2, "relation": "at least"},
        "Dr. Smith paid $3.50 for it.",
        False,
    ),
    (
        "length_constraints:number_words",
        {"num_words": 4, "relation": "less than"},
        "one two, three",
        True,
    ),
    (
        "length_constraints:number_words",
        {"num_words": 3, "relation": "less than"},
        "one two, three",
        False,
    ),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\nb", True),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "***\na\n***\nb\n***", True),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\n***\nb", False),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n\nb", False),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[name], [date of]", True),
    ("detectable_content:number_placeholders", {"num_placeholders": 3}, "[name], [date]", False),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Bye.\np. s. one more", True),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Bye.\nP.S. one", False),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Bye.\nP. P. S. one", True),
    ("detectable_content:postscript", {"postscript_marker": "N.B. (1)"}, "n.b. (1) so", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n  - b\n**bold**", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n* b\n* c", False),
    ("detectable_format:number_bullet_lists", {"num_bullets": 0}, "no list", True),
    ("detectable_format:constrained_response", {}, "Well: My answer is no.", True),
    ("detectable_format:constrained_response", {}, "My answer is never.", False),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*a* and **b**", True),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "** ** and **", False),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "**SECTION 1**\na\n**SECTION 2**\nb",
        True,
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "SECTION 1\nas SECTION 1 says\nSECTION 1.2",
        False,
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "SECTION\na\nSECTION\nb",
        False,
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 1},
        "SUBSECTION 1",
        False,
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "Part (a)", "num_sections": 1},
        "Part (a) 1: yes",
        True,
    ),
    ("detectable_format:json_format", {}, '```JSON\n{"a": [1, 2]}\n```', True),
    ("detectable_format:json_format", {}, '{"a": NaN}', False),
    ("detectable_format:json_format", {}, 'Here it is: {"a": 1}', False),
    ("detectable_format:title", {}, "<<A poem>>\nroses", True),
    ("detectable_format:title", {}, "<< >>\nroses", False),
    ("combination:two_responses", {}, "one\n******\ntwo", True),
    ("combination:two_responses", {}, "one******one", False),
    ("combination:two_responses", {}, "one******two******three", False),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say hi. "}, "say HI.\nHi!", True),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say hi."}, "Sure. Say hi.\nHi!", False),
    ("startend:end_checker", {"end_phrase": "That is all."}, '"Well. THAT IS ALL."', True),
    ("startend:end_checker", {"end_phrase": 'He said "no"'}, 'And he said "no"', True),
    ("startend:end_checker", {"end_phrase": "That is all."}, "That is all. Bye", False),
    ("startend:quotation", {}, ' "all of it" ', True),
    ("startend:quotation", {}, '"', False),
    ("punctuation:no_comma", {}, "no comma here", True),
    ("punctuation:no_comma", {}, "one, two", False),
    ("change_case:english_capital", {}, ENGLISH.upper(), True),
    ("change_case:english_capital", {}, ENGLISH.title(), False),
    ("change_case:english_capital", {}, GERMAN.upper(), False),
    ("change_case:english_lowercase", {}, ENGLISH.lower(), True),
    ("change_case:english_lowercase", {}, ENGLISH, False),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 3, "capital_relation": "less than"},
        "CAN'T stop the HIGH-SPEED train",
        True,
    ),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 2, "capital_relation": "at least"},
        "NASA's people and I've met",
        True,
    ),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 2, "capital_relation": "at least"},
        "CAN'T stop the train",
        False,
    ),
]

PARAGRAPHS = "Alpha is first.\n\nBeta is second."


@pytest.mark.parametrize(("identifier", "arguments", "text", "expected"), CASES)
def test_strict_verdict(
    identifier: str, arguments: dict[str, object], text: str, expected: bool
) -> None:
    constraint = parse_constraint(identifier, arguments)
    assert check_response(text, [constraint]).strict == (expected,)


def test_every_type_is_tested_both_ways() -> None:
    verdicts = {(identifier, expected) for identifier, _, _, expected in CASES}
    tested = set(CONSTRAINT_TYPES) - {"length_constraints:nth_paragraph_first_word"}
    assert verdicts == {(identifier, way) for identifier in tested for way in (True, False)}
    assert len(CONSTRAINT_TYPES) == 25


@pytest.mark.parametrize(
    ("text", "count", "nth", "word", "expected"),
    [
        (PARAGRAPHS, 2, 2, "beta", True),
        ("\n\n" + PARAGRAPHS, 2, 1, "alpha", True),
        ("\n\n" + PARAGRAPHS, 2, 2, "beta", True),
        ("\n\n" + PARAGRAPHS, 2, 2, "alpha", False),
        (PARAGRAPHS, 3, 2, "beta", False),
        (PARAGRAPHS, 2, 3, "beta", False),
        ("Alpha.\r\n\r\nBeta, then.", 2, 2, "Beta", True),
        ('Alpha.\n\n"Beta" they said.', 2, 2, "beta", True),
        (PARAGRAPHS, 2, 2, "beta is", True),
        (PARAGRAPHS, 2, 2, "betamax", False),
    ],
)
def test_nth_paragraph(text: str, count: int, nth: int, word: str, expected: bool) -> None:
    constraint = parse_constraint(
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": count, "nth_paragraph": nth, "first_word": word},
    )
    assert check_response(text, [constraint]).strict == (expected,)


def test_loose_forgives_introduction_and_emphasis() -> None:
    quoted = parse_constraint("startend:quotation", {})
    for text in ('Sure:\n"So."', '"So."\nBye', 'Sure:\n"So."\nBye', '**"So."**'):
        found = check_response(text, [quoted])
        assert found.strict == (False,)
        assert found.loose == (True,)
    assert check_response('Sure:\n\nHm\n"So."\nBye', [quoted]).loose == (False,)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\r\n"])
def test_an_empty_answer_obeys_nothing(text: str) -> None:
    for identifier, arguments, _, _ in CASES:
        found = check_response(text, [parse_constraint(identifier, arguments)])
        assert found.strict == (False,)
        assert found.loose == (False,)


@pytest.mark.parametrize(
    ("identifier", "arguments", "field"),
    [
        ("keywords:exist", {}, "instruction_id_list"),
        ("keywords:existence", {}, "keywords"),
        ("keywords:existence", {"keywords": []}, "keywords"),
        ("keywords:existence", {"keywords": [""]}, "keywords"),
        ("punctuation:no_comma", {"letter": "x"}, "letter"),
        (
            "keywords:letter_frequency",
            {"letter": "ab", "let_frequency": 1, "let_relation": "at least"},
            "letter",
        ),
        (
            "keywords:letter_frequency",
            {"letter": "a", "let_frequency": 1, "let_relation": "about"},
            "let_relation",
        ),
        ("detectable_format:number_bullet_lists", {"num_bullets": -1}, "num_bullets"),
        ("detectable_format:number_bullet_lists", {"num_bullets": 2.5}, "num_bullets"),
        ("detectable_format:number_bullet_lists", {"num_bullets": True}, "num_bullets"),
        ("detectable_format:number_bullet_lists", {"num_bullets": None}, "num_bullets"),
        (
            "length_constraints:nth_paragraph_first_word",
            {"num_paragraphs": 1, "nth_paragraph": 0, "first_word": "a"},
            "nth_paragraph",
        ),
    ],
)
def test_what_cannot_be_checked_is_an_error(
    identifier: str, arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse_constraint(identifier, arguments, file="answers.jsonl", line=7)
    assert field in str(caught.value)
    assert str(caught.value).startswith("answers.jsonl:7")


def test_as_many_arguments_as_instructions() -> None:
    with pytest.raises(InputError, match="1 instructions but 0 sets"):
        parse_constraints(["punctuation:no_comma"], [])


def test_counts_written_as_floats_and_nulls_of_other_arguments() -> None:
    constraint = parse_constraint(
        "detectable_format:number_bullet_lists", {"num_bullets": 1.0, "keywords": None}
    )
    assert check_response("* one", [constraint]).strict == (True,)


def test_language_is_the_same_every_time() -> None:
    constraint = parse_constraint("language:response_language", {"language": "en"})
    from governance.scoring.constraints.language import detect_language

    verdicts = set()
    for _ in range(10):
        detect_language.cache_clear()
        verdicts.add(check_response("Meet me at the bar tonight", [constraint]).strict)
    assert len(verdicts) == 1


@given(st.text(max_size=200))
def test_loose_never_refuses_what_strict_accepts(text: str) -> None:
    constraints = [parse_constraint(i, a) for i, a, _, _ in CASES if "language" not in i]
    constraints = [c for c in constraints if not type(c).__name__.startswith("English")]
    found = check_response(text, constraints)
    assert all(loose or not strict for strict, loose in zip(found.strict, found.loose, strict=True))


@given(st.text(max_size=80), st.text(alphabet="#!aT9é", min_size=1, max_size=1), st.integers(0, 9))
def test_less_than_and_at_least_are_opposites(text: str, letter: str, count: int) -> None:
    verdicts = [
        check_response(
            "." + text,
            [
                parse_constraint(
                    "keywords:letter_frequency",
                    {"letter": letter, "let_frequency": count, "let_relation": relation},
                )
            ],
        ).strict[0]
        for relation in ("less than", "at least")
    ]
    assert verdicts[0] is not verdicts[1]


def test_at_most_eight_variants() -> None:
    assert len(loose_variants("*a*\nb\n*c*\nd")) == 8
    assert loose_variants("a") == ("a", "")


BULLETS = "detectable_format:number_bullet_lists"
HIGHLIGHTS = "detectable_format:number_highlighted_sections"
NO_COMMA: tuple[str, dict[str, object]] = ("punctuation:no_comma", {})


@pytest.mark.parametrize(
    ("identifier", "arguments", "text", "expected"),
    [
        # A rule, a signature and emphasis at the start of a line are no points of a list.
        (BULLETS, {"num_bullets": 2}, "- a\n---\n- b\n* * *\n-- Anon", True),
        (BULLETS, {"num_bullets": 1}, "*Note:* see below\n* a *b* c\n*", True),
        (BULLETS, {"num_bullets": 2}, "*one\n-two", True),
        (BULLETS, {"num_bullets": 1}, "*one with *emphasis*", True),
        (BULLETS, {"num_bullets": 1}, "* **Label:** text", True),
        # A highlight counts once, and a bullet's asterisk opens none.
        (HIGHLIGHTS, {"num_highlights": 2}, "* **Label:** text", False),
        (HIGHLIGHTS, {"num_highlights": 2}, "***both***", False),
        (HIGHLIGHTS, {"num_highlights": 2}, "* *a* and **b**", True),
        (HIGHLIGHTS, {"num_highlights": 1}, "* two words *", True),
        (HIGHLIGHTS, {"num_highlights": 1}, "* one\n* two", False),
        (*NO_COMMA, "今天，我们", False),
        (*NO_COMMA, "红、白", False),
        (*NO_COMMA, "أحمر، أبيض", False),
        (*NO_COMMA, "a; b — c. d‚e‘f", True),
        (
            "detectable_content:postscript",
            {"postscript_marker": "P.S."},
            "the group. S. Lee left",
            False,
        ),
        (
            "change_case:capital_word_frequency",
            {"capital_frequency": 1, "capital_relation": "at least"},
            "Keefe was O'Keefe, d'Arcy’s friend",
            False,
        ),
        ("combination:repeat_prompt", {"prompt_to_repeat": "a\r\nb"}, "A\nB\nSo.", True),
        ("startend:end_checker", {"end_phrase": "a\r\nb"}, "So: A\r\nB", True),
    ],
)
def test_as_the_instruction_reads(
    identifier: str, arguments: dict[str, object], text: str, expected: bool
) -> None:
    constraint = parse_constraint(identifier, arguments)
    assert check_response(text, [constraint]).strict == (expected,)


def test_what_cannot_be_seen_is_empty() -> None:
    found = check_response("\u200b\n\ufeff \u00a0", [parse_constraint(*NO_COMMA)])
    assert found.strict == found.loose == (False,)
