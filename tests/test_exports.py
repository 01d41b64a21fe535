import finops


def test_public_names_are_few_and_sorted():
    assert finops.__all__ == sorted(finops.__all__)
    assert len(finops.__all__) <= 12
    assert all(hasattr(finops, name) for name in finops.__all__)
