"""Names are cut into words as a reader would, and a pattern finds the words and nothing else."""

from fnmatch import fnmatchcase

import pytest

from finops.allocation.words import phrases, wildcard


def keys(text):
    return [phrase.key for phrase in phrases(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order-api", ["order", "orderapi", "api"]),
        ("order_api.db", ["order", "orderapi", "orderapidb", "api", "apidb", "db"]),
        ("OrderAPI", ["order", "orderapi", "api"]),
        ("주문-api", ["주문", "주문api", "api"]),
        # Parts of a path are not one name.
        ("log/order", ["log", "order"]),
        # Environments, regions, ids and numbers say nothing of a team.
        ("prod-order-ap-northeast-2-1234", ["order"]),
        ("i-0050d755c11aab52f", ["i"]),
        ("arn:aws:rds:us-east-1:123456789012:db:member-7", ["member"]),
        ("arn:aws:sqs:us-east-1:123456789012:pay", ["pay"]),
        ("", []),
    ],
)
def test_names_are_cut_into_words(text, expected):
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "key", "pattern"),
    [
        ("search", "search", "search"),
        ("search-db", "search", "search-*"),
        ("arn:aws:rds:us-east-1:#:db:search-db", "search", "*:search-*"),
        ("mySearchDb", "search", "*ySearchD*"),
    ],
)
def test_a_pattern_keeps_the_letters_around_its_words(text, key, pattern):
    assert [one.pattern for one in phrases(text) if one.key == key] == [pattern]
    assert fnmatchcase(text, pattern)


def test_the_pattern_of_search_never_finds_opensearch():
    name = "arn:aws:es:us-east-1:#:domain/search-logs"
    pattern = next(one.pattern for one in phrases(name) if one.key == "search")
    assert not fnmatchcase("arn:aws:es:us-east-1:#:domain/opensearch-logs", pattern)
    assert "search" not in keys("telemetry-opensearch-1")


def test_words_beside_an_id_have_no_pattern():
    assert keys("abc#-def") == ["def"]


def test_what_a_pattern_or_file_reads_otherwise_becomes_any_letter():
    assert wildcard("a*b|c\nd\te") == "a?b?c?d?e"
