"""The pictures of several looks do not take each other's names."""

from __future__ import annotations

from tools.pictures import looks_told


def test_each_of_several_looks_has_names_of_its_own() -> None:
    (alone,) = looks_told(["en,dark,150"], ())
    assert (alone.language, alone.theme, alone.percent, alone.ending) == ("en", "dark", 150, "")
    both = looks_told(["en,dark,150", "es,light,100"], ("lock",))
    assert [one.ending for one in both] == ["-en-dark-150", "-es-light-100"]
    assert all(one.only == ("lock",) for one in both)
