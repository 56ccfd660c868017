"""Make the cases of the dataset `behaviour` from its templates and word lists, by seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.behaviour.cases import Case, Edit, edits_between
from benchmark.behaviour.changes import Change, changed
from benchmark.behaviour.filling import Draw, accented, bracketed, capitalised, fill, fitting, values
from benchmark.behaviour.templates import Claim, Country, Gap, Quoted, Sentence, Sources
from benchmark.behaviour.typography import ALTERATIONS

FILLINGS = {"source_added": 4, "source_removed": 4, "quoted": 4, "literal": 2, "charged": 2, "typography": 1}
"""How often each template of a suite is filled, each time for another country."""
KINDS: tuple[Gap, ...] = ("unattributed_claim", "anonymous_source", "unresolved_source", "relayed_source")
"""The gaps that a claim is given in turn; a claim of a motive has always that one."""


@dataclass(frozen=True)
class Filled:
    """A template filled for one country.

    Parameters
    ----------
    slots
        What its slots stand for.
    country
        The country.
    turn
        Which filling of the template it is, from 0, plus the template's own place, so that forms take turns.
    """

    slots: Mapping[str, str]
    country: Country
    turn: int

    def sentence(self, template: str) -> str:
        """Return a template filled, its first letter a capital."""
        return capitalised(fill(template, self.slots))


def generate(sources: Sources, seed: int) -> dict[str, tuple[Case, ...]]:
    """Return the cases of every suite that is made from templates.

    Parameters
    ----------
    sources
        Templates and lists.
    seed
        Which countries, people, days and numbers are drawn.

    Returns
    -------
    dict
        Cases by the name of the suite, numbered from 1 in the order of the templates.

    Raises
    ------
    ValueError
        Where a template has a slot without a value, or no region.
    """
    draw = Draw(seed)
    return {
        "source_added": tuple(_source_added(sources, draw)),
        "source_removed": tuple(_source_removed(sources, draw)),
        "quoted": tuple(_quoted(sources, draw)),
        "literal": tuple(_words(sources, draw, "literal")),
        "charged": tuple(_words(sources, draw, "charged")),
        "typography": tuple(_typography(sources, draw)),
    }


def _filled(
    sources: Sources, draw: Draw, suite: str, name: str, place: int, needs: str, *texts: str
) -> Iterator[Filled]:
    """Yield the fillings of a template, each for another country."""
    countries = sources.countries
    if suite == "typography":
        countries = tuple(country for country in countries if accented(country))
    fit = draw.shuffled(fitting(countries, needs, *texts), suite, name)
    for turn, country in enumerate(fit[: FILLINGS[suite]]):
        slots = values(draw, country, sources.phrases.weekdays, texts, suite, name, country.name)
        yield Filled(slots, country, turn + place)


def _claims(sources: Sources, draw: Draw, suite: str) -> Iterator[tuple[Claim, Filled]]:
    for place, claim in enumerate(sources.claims):
        texts = (claim.lead, claim.claim, claim.role, claim.tail, claim.headline)
        for filled in _filled(sources, draw, suite, claim.id, place, claim.needs, *texts):
            slots = dict(filled.slots)
            slots |= {"role": fill(claim.role, slots), "claim": fill(claim.claim, slots)}
            yield claim, Filled(slots, filled.country, filled.turn)


def _report(claim: Claim, filled: Filled, form: str) -> str:
    """Return the three sentences of a report, the claim's in brackets but for its full stop."""
    claimed = filled.sentence(form).removesuffix(".")
    return f"{filled.sentence(claim.lead)} [{claimed}]. {filled.sentence(claim.tail)}"


def differences(text: str, twin: str) -> tuple[Edit, ...]:
    """Return the stretches in which two texts differ, as `edits_between` does, sooner where few words do.

    What both begin and end with is left out of the comparison, up to a space.
    """
    start = text.rfind(" ", 0, _shared(text, twin)) + 1
    backwards, other = text[start:][::-1], twin[start:][::-1]
    same = backwards.rfind(" ", 0, _shared(backwards, other)) + 1
    middle, other = text[start : len(text) - same], twin[start : len(twin) - same]
    return tuple(
        (first + start, last + start, twin_first + start, twin_last + start)
        for first, last, twin_first, twin_last in edits_between(middle, other)
    )


def _shared(text: str, twin: str) -> int:
    """Return how many characters two texts have in common from their beginning on."""
    pairs = enumerate(zip(text, twin, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(text), len(twin)))


def _pair(
    about: tuple[str, int],
    layer: str,
    texts: tuple[str, str],
    cluster: str,
    metadata: dict[str, str],
    label: str | None = None,
) -> Case:
    """Return a case of two texts with their regions in brackets; `about` is its suite and number."""
    suite, number = about
    (text, region), (twin, twin_region) = bracketed(texts[0]), bracketed(texts[1])
    return Case(
        f"{suite}-{number:04}",
        suite,
        layer,
        text,
        region,
        twin,
        twin_region,
        label,
        cluster,
        differences(text, twin),
        metadata=metadata,
    )


def _source_added(sources: Sources, draw: Draw) -> Iterator[Case]:
    phrases = sources.phrases
    for number, (claim, filled) in enumerate(_claims(sources, draw, "source_added"), 1):
        form = phrases.sourced[filled.turn % len(phrases.sourced)]
        texts = (_report(claim, filled, "{Claim}."), _report(claim, filled, form))
        metadata = {"topic": claim.topic, "country": filled.country.name, "kind": claim.kind}
        yield _pair(("source_added", number), "attribution_gap", texts, claim.id, metadata)


def _source_removed(sources: Sources, draw: Draw) -> Iterator[Case]:
    phrases = sources.phrases
    for number, (claim, filled) in enumerate(_claims(sources, draw, "source_removed"), 1):
        gap: Gap = "motive_imputation" if claim.kind == "motive" else KINDS[filled.turn % len(KINDS)]
        sourced = draw.one(phrases.sourced, "sourced", claim.id, filled.country.name)
        form = draw.one(phrases.removed[gap], "removed", claim.id, filled.country.name)
        texts = (_report(claim, filled, sourced), _report(claim, filled, form))
        metadata = {"topic": claim.topic, "country": filled.country.name, "kind": claim.kind}
        yield _pair(("source_removed", number), "attribution_gap", texts, claim.id, metadata, gap)


def _quotes(sources: Sources, draw: Draw, suite: str) -> Iterator[tuple[Quoted, Filled]]:
    for place, entry in enumerate(sources.quoted):
        texts = (entry.text, entry.role, entry.headline)
        for filled in _filled(sources, draw, suite, entry.id, place, entry.needs, *texts):
            yield entry, filled


def quotation(entry: Quoted, filled: Filled) -> str:
    """Return a sentence with its phrase, or the whole of it, in a speaker's mouth; brackets stay."""
    voice = filled.sentence(entry.text)
    who = f"{filled.slots['person']}, {fill(entry.role, filled.slots)},"
    if entry.called:
        return voice.replace("[", f'what {who} called "[').replace("]", ']"')
    if filled.turn % 2:
        return f'{who[0].upper()}{who[1:]} said on {filled.slots["weekday"]}: "{voice}"'
    return f'"{voice.removesuffix(".")}," said {who} on {filled.slots["weekday"]}.'


def _quoted(sources: Sources, draw: Draw) -> Iterator[Case]:
    for number, (entry, filled) in enumerate(_quotes(sources, draw, "quoted"), 1):
        texts = (filled.sentence(entry.text), quotation(entry, filled))
        metadata = {"topic": entry.topic, "country": filled.country.name}
        yield _pair(("quoted", number), "technique", texts, entry.id, metadata)


def _words(sources: Sources, draw: Draw, suite: str) -> Iterator[Case]:
    number = 0
    for word in sources.words:
        for place, given in enumerate(word.literal if suite == "literal" else word.charged, 1):
            sentence = given if isinstance(given, Sentence) else Sentence(given)
            name = f"{suite}-{word.word}-{place}"
            for filled in _filled(sources, draw, suite, name, place, sentence.needs, sentence.text):
                number += 1
                text, region = bracketed(filled.sentence(sentence.text))
                metadata = {"topic": word.topic, "country": filled.country.name, "word": word.word}
                key = f"{suite}-{number:04}"
                yield Case(key, suite, "technique", text, region, cluster=name, metadata=metadata)


@dataclass(frozen=True)
class _Page:
    """A report with a headline, and a paragraph that may follow it."""

    entry: Claim | Quoted
    filled: Filled
    text: str
    after: str

    def case(
        self, number: int, change: str, text: str, altered: tuple[str, tuple[Edit, ...]], same: int
    ) -> Case:
        """Return a case on a whole text, the first `same` characters of whose twin are its region."""
        metadata = {
            "topic": self.entry.topic,
            "country": self.filled.country.name,
            "charged": "yes" if isinstance(self.entry, Quoted) else "no",
            "change": change,
        }
        twin, edits = altered
        return Case(
            f"typography-{number:04}",
            "typography",
            "technique",
            text,
            (0, len(text)),
            twin,
            (0, same),
            cluster=self.entry.id,
            edits=edits,
            metadata=metadata,
        )


def _pages(sources: Sources, draw: Draw) -> Iterator[_Page]:
    spoken, paragraphs = sources.phrases.typography.spoken, sources.phrases.typography.paragraphs
    entries: list[Claim | Quoted] = [*sources.claims, *sources.quoted]
    for place, entry in enumerate(entry for entry in entries if entry.headline):
        body, tail = (entry.lead, entry.tail) if isinstance(entry, Claim) else (entry.text, "")
        saying, after = spoken[place % len(spoken)], paragraphs[place % len(paragraphs)]
        texts = (entry.headline, body, saying, tail)
        for filled in _filled(sources, draw, "typography", entry.id, place, entry.needs, *texts):
            sentences = [filled.sentence(part) for part in (body, tail, saying) if part]
            story = " ".join(sentences).replace("[", "").replace("]", "")
            text = f"{filled.sentence(entry.headline)}\n\n{story}"
            yield _Page(entry, filled, text, filled.sentence(after))


def _typography(sources: Sources, draw: Draw) -> Iterator[Case]:
    number = 0
    for page in _pages(sources, draw):
        for change, forms in ALTERATIONS.items():
            number += 1
            form, before, alteration = forms[page.filled.turn % len(forms)]
            text = before(page.text)
            altered = changed(text, alteration(text))
            yield page.case(number, f"{change}: {form}", text, altered, len(altered[0]))
        number += 1
        end = len(page.text)
        altered = changed(page.text, [Change(end, end, f"\n\n{page.after}")])
        yield page.case(number, "paragraph: added", page.text, altered, end)
