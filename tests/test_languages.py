import ast
import csv
import re
import string
from collections import defaultdict

import pytest

from finops.errors import BadInput
from finops.languages import LANGUAGES, say, texts
from tests.conftest import ROOT, SAMPLE

PACKAGE = ROOT / "finops"
HANGUL = re.compile("[가-힣]")


def rows(language):
    text = (PACKAGE / "words" / f"{language}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def pairs():
    """Return each English row with its Korean one."""
    return list(zip(rows("en"), rows("ko"), strict=True))


def values(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})


def code_words():
    """Return the words that modules and queries hold, and the starts and ends that some put on."""
    words = set(re.findall(r"\w+", " ".join(read("*.sql"))))
    words |= {file.stem for file in PACKAGE.rglob("*.sql")}
    # The company names what shared cost is split by; some of the names have words here.
    words |= set(re.findall(r"\w+", (SAMPLE / "mappings" / "shared_costs.csv").read_text()))
    starts, ends = set(), set()
    for node in (node for text in read("*.py") for node in ast.walk(ast.parse(text))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.JoinedStr) and len(node.values) == 2:
            first, last = (getattr(part, "value", None) for part in node.values)
            starts |= {first} if isinstance(first, str) else set()
            ends |= {last} if isinstance(last, str) else set()
    return words, starts, ends


def is_made(row, words, starts, ends):
    """Return whether code holds the key of a text, or the parts that it is put together of."""
    key = row["key"]
    rests = [key.removeprefix(one) for one in starts if key.startswith(one)]
    rests += [key.removesuffix(one) for one in ends if key.endswith(one)]
    if row["surface"] in ("cause", "finding"):
        # What changed and which way; which finding and what of it.
        parts = [
            part for part in ("_up", "_down", "_what", "_cause", "_to_do") if key.endswith(part)
        ]
        rests += [key.removesuffix(part) for part in parts if part[1:] in words]
    return key in words or any(rest in words for rest in rests)


def read(pattern):
    return [file.read_text(encoding="utf-8") for file in sorted(PACKAGE.rglob(pattern))]


def test_every_language_has_the_same_texts_in_the_same_order():
    names = [[(row["surface"], row["key"]) for row in rows(language)] for language in LANGUAGES]
    assert names[0] == names[1]
    assert len(names[0]) == len(set(names[0]))
    assert all(row["text"] for row in rows("en"))
    surfaces = [surface for surface, _ in names[0]]
    assert surfaces == sorted(surfaces)


def test_every_text_takes_the_same_values_in_every_language():
    # Korean has no names of months.
    other = [
        en
        for en, ko in pairs()
        if en["surface"] != "date" and values(en["text"]) != values(ko["text"])
    ]
    assert other == []


def test_one_english_term_has_one_korean_or_a_note_why_not():
    terms = defaultdict(list)
    for en, ko in pairs():
        terms[en["text"].casefold()].append(ko)
    several = [
        same for same in terms.values() if len({row["text"] for row in same if not row["note"]}) > 1
    ]
    assert several == []


def test_a_korean_text_without_korean_says_why():
    unsaid = [
        ko
        for en, ko in pairs()
        if re.search("[A-Za-z]", re.sub(r"{\w*}", "", en["text"]))
        and not HANGUL.search(ko["text"])
        and not ko["note"]
    ]
    assert unsaid == []


def test_every_text_is_used():
    found = code_words()
    assert [(row["surface"], row["key"]) for row in rows("en") if not is_made(row, *found)] == []


def test_no_module_has_korean_text():
    modules = [file for file in PACKAGE.rglob("*.py") if HANGUL.search(file.read_text("utf-8"))]
    assert modules == []


def test_values_are_filled_in():
    assert say("date", "month", "en", name="May", month="5", year="2026") == "May 2026"
    assert say("date", "month", "ko", name="May", month="5", year="2026") == "2026년 5월"
    assert say("invoice", "because_fx", "ko", "10", "USD", "1,400") == "10 USD, 환율 1,400"
    assert texts("term", "ko")["even"] == "균등 배분"


def test_a_language_without_texts_is_refused():
    with pytest.raises(BadInput, match="'fr' is no language of reports: en, ko"):
        texts("term", "fr")
