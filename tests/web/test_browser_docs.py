"""The page that describes the API, in a real browser: readable, accessible, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page
from starlette.types import ASGIApp

from chatbot.web.problems import KINDS
from chatbot.web.security import promise
from tests.web.fakes import FakeBot, app_of


@pytest.fixture(scope="module")
def address(serve: Callable[[ASGIApp], str]) -> str:
    app: FastAPI = app_of(FakeBot())
    promise(app)
    return serve(app)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_accessible_and_fits(
    address: str, visit: Callable[..., Page], violations: Callable[[Page], list[str]], width: int, scheme: str
) -> None:
    page = visit(f"{address}/docs", width=width, scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 5


def test_the_type_of_a_problem_leads_to_its_description(address: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{address}/docs#too-many-requests")
    assert page.locator(":target").inner_text().startswith("too-many-requests")
    for kind in KINDS.values():
        assert page.locator(f"[id='{kind.slug}']").count() == 1
