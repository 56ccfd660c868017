"""How the page looks and prints: for everybody by WCAG 2.2 AA, on dark ground, on a telephone, on paper."""

from __future__ import annotations

import pytest

from tests.browser.steps import choose, choose_task, marks, panel, press, to

VIEWS = ("Overview", "Text", "Errors", "Labels and slices", "Curves", "Annotators", "Provenance")
WIDE, NARROW = (1280, 900), (375, 812)
GROUND = "() => [document.documentElement, document.body].map(one => getComputedStyle(one).backgroundColor)"
LOOKS = {
    "light": {"size": WIDE, "color_scheme": "light"},
    "dark": {"size": WIDE, "color_scheme": "dark"},
    "narrow": {"size": NARROW, "color_scheme": "light"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_view(visit, audit, news, look):
    page = visit(news, **LOOKS[look])
    found = {}
    for view in VIEWS:
        to(page, view)
        found[view] = audit(page)
    assert found == {view: [] for view in VIEWS}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_what_opens(visit, audit, news, look):
    page = visit(news, **LOOKS[look])
    for summary in page.locator("main details:visible > summary").all():
        summary.click()
    assert audit(page) == []
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    choose(page, "Detector B, beside it", "random")
    page.locator("#labels-summary").click()
    marks(page).nth(1).click()
    assert panel(page).is_visible()
    assert audit(page) == []
    press(page, "Escape")
    page.get_by_role("button", name="Help and keys").click()
    assert audit(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_kind_of_mark(visit, audit, news, scheme):
    page = visit(news, color_scheme=scheme)
    to(page, "Text")
    for task, mode in zip(
        ("frame", "loaded_sentence", "attribution"), ("Both, compared", "Predicted", "Gold"), strict=True
    ):
        choose_task(page, task)
        page.get_by_label(mode, exact=True).check()
        assert marks(page).count() > 0
        assert audit(page) == []


def test_axe_finds_nothing_in_a_hostile_text(visit, audit, hostile_page):
    page = visit(hostile_page)
    to(page, "Text")
    for article in range(4):
        page.get_by_role("navigation", name="Articles").get_by_role("link").nth(article).click()
        assert audit(page) == []


@pytest.mark.parametrize("width", [375, 320])
def test_a_narrow_page_never_scrolls_sideways_and_all_controls_are_within(visit, news, width):
    page = visit(news, size=(width, 700))
    for view in VIEWS:
        to(page, view)
        assert (overflow(page), outside(page)) == (0, []), view


def test_a_hostile_text_stays_within_a_narrow_page(visit, hostile_page):
    page = visit(hostile_page, size=NARROW)
    to(page, "Text")
    articles = page.get_by_role("navigation", name="Articles").get_by_role("link")
    for article in range(articles.count()):
        articles.nth(article).click()
        assert (overflow(page), outside(page)) == (0, []), article


def test_hostile_answers_stay_within_a_narrow_page(visit, audit, hostile_page):
    page = visit(hostile_page, size=NARROW)
    to(page, "Answers")
    assert (overflow(page), outside(page), audit(page)) == (0, [], [])
    page.locator("#answer-rows [data-answer='0']").click()
    assert (overflow(page), outside(page), audit(page)) == (0, [], [])


def overflow(page):
    return page.evaluate(
        "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    )


def outside(page):
    """Return the controls that cannot be reached at this width; what lies in a box that scrolls can."""
    return page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
            .filter(one => one.checkVisibility() && !one.closest(".scroll") && one.id !== "skip")
            .filter(one => { const box = one.getBoundingClientRect();
                return box.left < -1 || box.right > window.innerWidth + 1 || box.width === 0 })
            .map(one => one.outerHTML.slice(0, 120))"""
    )


def test_the_text_and_its_panel_work_on_a_narrow_page(visit, news):
    page = visit(news, size=NARROW, has_touch=True)
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    choose(page, "Detector B, beside it", "random")
    upper, lower = page.locator(".column").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.bottom])"
    )
    assert upper[0] == lower[0]
    assert upper[2] <= lower[1]
    marks(page).first.tap()
    assert panel(page).is_visible()
    box = panel(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW[0]
    assert overflow(page) == 0
    panel(page).get_by_role("button", name="Close").tap()
    assert panel(page).is_hidden()


def test_the_ground_is_light_or_dark_as_the_reader_wants_it(visit, news):
    light, dark = (visit(news, color_scheme=scheme).evaluate(GROUND) for scheme in ("light", "dark"))
    assert brightness(light) > 200
    assert brightness(dark) < 60


def brightness(colours):
    """Return the mean of red, green and blue of the first colour that is not transparent."""
    for colour in colours:
        parts = [float(part) for part in colour[colour.index("(") + 1 : -1].replace(",", " ").split()]
        if len(parts) == 3 or parts[3]:
            return sum(parts[:3]) / 3
    return 255.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_a_figure_are_read_on_its_ground(visit, news, scheme):
    page = visit(news, color_scheme=scheme)
    colours = page.locator("svg text:visible").evaluate_all(
        "all => [...new Set(all.map(one => getComputedStyle(one).fill))]"
    )
    assert colours
    for colour in colours:
        assert (brightness([colour]) < 130) == (scheme == "light"), colour


def test_on_paper_there_are_no_controls(visit, news):
    page = visit(news, color_scheme="dark")
    for view in VIEWS:
        page.emulate_media(media="screen")
        to(page, view)
        page.emulate_media(media="print")
        kept = page.locator(
            "button:visible:not([data-chip], th *), select:visible, input:visible, nav:visible"
        )
        assert kept.evaluate_all("all => all.map(one => one.outerHTML.slice(0, 100))") == [], view
        assert page.get_by_role("heading", level=2).all_inner_texts() == [view]
    ground = page.evaluate(GROUND)
    assert brightness(ground) > 200
    ink = page.evaluate("() => getComputedStyle(document.body).color")
    assert brightness([ink]) < 80
    assert page.pdf()[:5] == b"%PDF-"


def test_on_paper_marks_are_told_apart_without_colour(visit, news):
    page = visit(news)
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    page.emulate_media(media="print")
    signs = page.locator(".article [data-chip]").evaluate_all(
        "all => all.map(one => ['::before', '::after'].map(own => getComputedStyle(one, own).content).join())"
    )
    chips = page.locator(".article [data-chip]").evaluate_all("all => all.map(one => one.dataset.chip)")
    assert len(chips) > 1
    assert all(chip.split()[0] in sign for chip, sign in zip(chips, signs, strict=True))


def test_kinds_of_underline_differ_without_colour(visit, news):
    page = visit(news)
    page.get_by_role("button", name="Help and keys").click()
    shapes = page.locator("#help .m").evaluate_all(
        """all => all.map(one => {
            const style = getComputedStyle(one);
            const names = ["textDecorationStyle", "textDecorationLine", "textDecorationThickness",
                "borderBottomStyle", "borderBottomWidth", "outlineStyle"];
            const picture = style.backgroundImage.replace(/(rgb|rgba|color|oklch|lab)\\([^)]*\\)/g, "c");
            return [...names.map(name => style[name]), picture, style.backgroundSize].join("; ");
        })"""
    )
    assert len(shapes) == 6
    assert len(set(shapes)) == 6


def test_motion_is_left_out_where_the_reader_wants_none(visit, news):
    page = visit(news, reduced_motion="reduce")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(one => "
        "parseFloat(getComputedStyle(one).transitionDuration) > 0.01 || "
        "parseFloat(getComputedStyle(one).animationDuration) > 0.01).length"
    )
    assert moving == 0
