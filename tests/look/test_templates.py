"""What a template may not hold, and that what it names exists."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from tests.architecture.sources import APPS

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)


def templates() -> list[Path]:
    return sorted(path for app in ("templates", *APPS) for path in (ROOT / app).rglob("*.html"))


def pages() -> list[Path]:
    """All but mails, whose programs drop style sheets, and the frame of a received mail, with a policy of its own."""
    return [path for path in templates() if "mail" not in path.relative_to(ROOT).parts and path.name != "frame.html"]


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def icon_names() -> set[str]:
    return set(json.loads((STATIC / "icons" / "lucide.json").read_text())) | {
        path.stem for path in (STATIC / "icons").glob("*.svg")
    }


def island_names() -> set[str]:
    return {path.stem for path in (STATIC / "js" / "islands").glob("*.js")}


@pytest.mark.parametrize("path", pages(), ids=named)
def test_page_has_nothing_inline(path: Path) -> None:
    text = source(path)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert not re.search(r"\bhx-on|hx-vals=['\"]js:", text)


@pytest.mark.parametrize("path", pages(), ids=named)
def test_page_has_no_inline_script_but_data(path: Path) -> None:
    for attributes in re.findall(r"<script([^>]*)>", source(path)):
        assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", templates(), ids=named)
def test_icons_exist(path: Path) -> None:
    text = path.read_text()
    used = set(re.findall(r'{% icon "([\w-]+)"', text)) | set(re.findall(r'\bicon="([\w-]+)"', text))
    assert used - icon_names() == set()


@pytest.mark.parametrize("path", templates(), ids=named)
def test_islands_exist(path: Path) -> None:
    used = {name for names in re.findall(r'data-island="([\w -]+)"', source(path)) for name in names.split()}
    assert used - island_names() == set()


def test_every_island_has_its_line_in_app_js() -> None:
    registered = re.findall(r"/islands/([\w-]+)\.js", (STATIC / "app.js").read_text())
    assert set(registered) == island_names()


@pytest.mark.parametrize("path", sorted((STATIC / "js" / "islands").glob("*.js")), ids=lambda path: path.stem)
def test_island_is_small_and_says_how_to_use_it(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) < 120
    assert lines[0].startswith("// <")


@pytest.mark.parametrize("path", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.stem)
def test_css_part_is_small_and_has_colours_only_in_tokens(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 250
    if path.stem not in {"tokens", "badge", "customer-page"}:
        assert "oklch(0" not in text
        assert not [shade for shade in re.findall(r"#[0-9a-f]{3,8}\b", text) if shade not in {"#fff", "#bbb"}]


def components() -> list[Path]:
    return sorted((ROOT / "templates" / "components").glob("**/*.html"))


@pytest.mark.parametrize("path", components(), ids=named)
def test_component_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 40


def users(component: Path) -> list[Path]:
    """Files outside of the gallery that draw it: templates, other components among them, and Python."""
    own = component.relative_to(ROOT / "templates").as_posix()
    quoted = re.compile(rf"""["']{re.escape(own)}["'#]""")
    makers = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    readers = [path for path in templates() if path != component and path.parent.name != "gallery"]
    return [path for path in readers + makers if quoted.search(source(path))]


def test_every_component_is_drawn_by_more_than_the_gallery() -> None:
    """Else the gallery shows something that the product does not have."""
    assert [named(path) for path in components() if not users(path)] == []


def test_figures_of_the_gallery_are_written_in_the_readers_language() -> None:
    with translation.override("es"):
        assert "1\xa0234\xa0567,89" in render_to_string("gallery/foundations.html")
        assert "1\xa0204" in render_to_string("gallery/controls.html")
