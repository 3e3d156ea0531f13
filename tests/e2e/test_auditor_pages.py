"""The pages for auditors in a real browser: read on a screen and a phone, and printed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from sallyport_cli.main import main
from tests.browser import open_browser
from tests.support.evidence import furnished, rehashed, write_export

PICTURES = Path(__file__).parents[2] / ".local" / "auditor-pages"
WIDTHS = (1280, 390)
# A4 less the margins of style.css, in CSS pixels: upright, and on its side for the review.
PAPER = {"report": 672, "tampered": 672, "hostile": 672, "review": 1001}
LONG = "=HYPERLINK(\"https://evil.example\")<script>document.title='owned'</script>" + "x" * 180


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, review: str) -> dict[str, Path]:
    items, names = furnished()
    tampered = [item for item in items if item["pk"] != f"REQ#{names['denied']}" or item["sk"] != "0000000001"]
    hostile = [rehashed(item, action=LONG, actor={"kind": "agent", "id": LONG, "channel": "api"}) for item in items]
    made = {}
    for name, told in {"report": items, "tampered": tampered, "hostile": hostile}.items():
        folder = tmp_path_factory.mktemp(name)
        write_export(folder / "export", told)
        period = ["--from", "2026-10-01", "--to", "2026-12-31"]
        main(["audit", "report", str(folder / "export"), *period, "--out", str(folder / "out")])
        made[name] = folder / "out" / "report.html"
    made["review"] = tmp_path_factory.mktemp("review") / "review.html"
    made["review"].write_text(review, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def review() -> str:
    """The access review as the command prints it."""
    command = [sys.executable, "-m", "sallyport_cli", "policy", "access-review", "--format", "html"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment())
    return done.stdout


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    parts = ("cli", "layers/core/python", "layers/policy/python")
    return {"PYTHONPATH": ":".join(str(root / part) for part in parts)}


@dataclass
class Opened:
    """A page from disk, with whatever it asked for or complained of."""

    page: Page
    asked: list[str]
    complaints: list[str]


@pytest.fixture(params=("report", "tampered", "hostile", "review"))
def opened(request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path]) -> Iterator[tuple[str, Opened]]:
    with browser.new_context(viewport={"width": WIDTHS[0], "height": 900}) as context:
        found = Opened(context.new_page(), [], [])
        found.page.on("request", lambda asked: found.asked.append(asked.url))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("console", lambda line: found.complaints.append(line.text))
        address = pages[request.param].as_uri()
        found.page.goto(address)
        yield request.param, found
        assert found.asked == [address]
        assert found.complaints == []


_TALLEST_PICTURE = 8000


def test_it_is_read_on_a_screen_and_on_a_phone(opened: tuple[str, Opened]) -> None:
    name, found = opened
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        found.page.set_viewport_size({"width": width, "height": 900})
        wide = found.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide at {width}"
        assert found.page.evaluate(_CLIPPED) == []
        # Chromium cannot take a picture of every height.
        height = min(_TALLEST_PICTURE, found.page.evaluate("document.documentElement.scrollHeight"))
        seen: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
        found.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True, clip=seen)
    assert found.page.title() != "owned"


def test_every_link_leads_to_a_place_on_the_page(opened: tuple[str, Opened]) -> None:
    name, found = opened
    links = found.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    assert found.page.eval_on_selector_all("a", _LOST) == []
    if name == "report":
        assert len(links) > 100
        found.page.locator("#controls ~ .control .examples a").first.click()
        expect(found.page.locator("tr:target")).to_be_in_viewport()


def test_text_is_dark_enough_on_its_ground(opened: tuple[str, Opened]) -> None:
    _, found = opened
    weak: list[Any] = found.page.evaluate(_CONTRAST)
    assert weak == []


def test_what_is_printed_is_whole(opened: tuple[str, Opened]) -> None:
    name, found = opened
    found.page.emulate_media(media="print")
    found.page.set_viewport_size({"width": PAPER[name], "height": 900})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= PAPER[name]
    assert found.page.evaluate(_CLIPPED) == []
    rules = found.page.evaluate(_BREAKS)
    assert rules["tables"] > 10
    assert rules["heads"] == ["table-header-group"]
    assert rules["rows"] == ["avoid"]
    assert set(rules["headings"]) == {"avoid"}
    printed = found.page.pdf(path=PICTURES / f"{name}.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert 5 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 60


def test_charts_are_seen_and_have_their_numbers_beside_them(browser: Browser, pages: dict[str, Path]) -> None:
    with browser.new_context(viewport={"width": WIDTHS[1], "height": 900}) as context:
        page = context.new_page()
        page.goto(pages["report"].as_uri())
        charts = page.eval_on_selector_all("table.chart, .over-time", _CHARTS)
        assert len(charts) == 12
        drawn = [chart for chart in charts if chart["drawn"]]
        assert len(drawn) == 12
        for chart in charts:
            assert chart["title"]
            assert chart["numbers"], chart
        longest = page.locator("table.chart").first.locator("svg .fill").first.bounding_box()
        shorter = page.locator("table.chart").first.locator("svg .fill").nth(1).bounding_box()
        assert longest is not None
        assert shorter is not None
        assert longest["width"] > 3 * shorter["width"] > 0


def test_the_verdict_is_green_or_red_and_first(browser: Browser, pages: dict[str, Path]) -> None:
    seen = {}
    for name in ("report", "tampered"):
        with browser.new_context(viewport={"width": WIDTHS[0], "height": 900}) as context:
            page = context.new_page()
            page.goto(pages[name].as_uri())
            word = page.locator(".verdict .word")
            box = word.bounding_box()
            assert box is not None
            assert box["y"] < 300
            colour = json.loads("[" + word.evaluate("e => getComputedStyle(e).color")[4:-1] + "]")
            seen[name] = (word.inner_text(), colour.index(max(colour)))
    assert seen == {
        "report": ("The export verified: no sign of tampering.", 1),
        "tampered": ("TAMPERED: this export does not verify.", 0),
    }


# Elements whose text is wider than they are, where that is not meant.
_CLIPPED = """() => [...document.querySelectorAll('td, th, p, li, h1, h2, h3, h4, figcaption')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && !e.closest('thead')
    && getComputedStyle(e).display !== 'inline')
  .map(e => e.textContent.slice(0, 60) + ' ' + e.scrollWidth + '>' + e.clientWidth)"""
_LOST = "all => all.map(a => a.getAttribute('href')).filter(href => !document.getElementById(href.slice(1)))"
# WCAG 2.2, contrast (minimum): 4.5 to 1 for text, against the nearest ground that is not transparent.
_CONTRAST = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = numbers(colour).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const weak = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [low, high] = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => a - b);
    if ((high + .05) / (low + .05) < 4.5) weak.push([e.tagName, e.className, e.textContent.slice(0, 40)]);
    if (light(getComputedStyle(e).color) > light(ground(e))) weak.push(['light on dark', e.textContent.slice(0, 40)]);
  }
  return weak.slice(0, 10);
}"""
_BREAKS = """() => {
  const all = (selector, property) =>
    [...new Set([...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[property]))];
  return {
    tables: document.querySelectorAll('table').length,
    heads: all('thead', 'display'),
    rows: all('tr', 'breakInside'),
    headings: all('h2, h3, h4', 'breakAfter'),
  };
}"""
_CHARTS = """all => all.map(e => ({
  title: (e.querySelector('caption, b') || {}).innerText,
  numbers: [...e.querySelectorAll('.number')].map(n => n.innerText).filter(t => /\\d/.test(t)),
  drawn: [...e.querySelectorAll('.fill')].some(f => {
    const box = f.getBoundingClientRect();
    const ground = getComputedStyle(document.body).backgroundColor;
    return box.width > 1 && box.height > 1 && getComputedStyle(f).fill !== ground;
  }),
}))"""
