"""Reasons as data: what a code asks for, and what becomes of a code that is no longer known."""

import copy

import pytest

from bridge.core import reasons


def test_a_code_takes_the_facts_that_it_names_and_no_others():
    assert reasons.REOPENED(status="pending review").facts == {"status": "pending review"}
    with pytest.raises(TypeError, match="reopened has the facts"):
        reasons.REOPENED(order="ORD_1")


def test_a_code_that_is_no_longer_known_is_told_as_it_stands():
    found = reasons.reason_of({"code": "of_an_older_bridge", "facts": {"why": "x"}})
    assert found == reasons.SAID(what="of_an_older_bridge")


def test_the_code_of_a_copied_reason_is_the_same_one():
    found = reasons.REOPENED(status="pending review")
    copied = copy.deepcopy(found)
    assert copied == found
    assert copied.code is reasons.REOPENED
