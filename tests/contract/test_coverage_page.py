"""docs/coverage.md tells what there is."""

import pytest
from contract import coverage_page
from contract.cases import CASES, Case


def test_the_page_is_current():
    assert coverage_page.PAGE.read_text() == coverage_page.page(), "make coverage"


def test_the_sandbox_has_no_route_without_a_method_and_the_other_way():
    assert coverage_page.routes_of_the_sandbox() == coverage_page.names_of_methods()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_route_is_simulated_at_each_of_its_addresses(case: Case):
    two_bases = 2 if case.vendor == "rxscale" else 1
    assert len(coverage_page.simulated(case)) == two_bases
