"""Whoever moves a guard moves its mutant: every test run compares the lists with the code, not only the soak."""

from __future__ import annotations

from tests.mutants.mutant import ROOT, argued, listed


def test_every_listed_mutant_stands_in_its_file_exactly_once() -> None:
    found, unfit = listed()
    assert not unfit
    assert len(found) > 300


def test_every_test_that_a_mutant_names_is_there() -> None:
    missing = {test for mutant in listed()[0] for test in mutant.tests if not (ROOT / test).exists()}
    assert not missing


def test_every_argued_survivor_is_a_listed_mutant() -> None:
    assert argued().keys() <= {mutant.name for mutant in listed()[0]}
