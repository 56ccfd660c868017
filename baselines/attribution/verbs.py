"""Reporting verbs and verbs of wishing with the complements that they take, in all their forms.

The verbs are those that grammars of English list under reported speech and that style guides of news list
as words for "said"; which complements each takes is common dictionary knowledge. A verb's frames are letters:

=====  ==================================================================================================
frame  complement
=====  ==================================================================================================
s      a clause or a quotation, and the verb may follow it: "…, she said"
k      a clause, as of believing
t      a person first, then the clause: "told reporters that …"
o      an object: "denied the report", "accused them of lying"
i      an infinitive: "promised to leave"
w      what is wished or feared: an infinitive, a clause or an object
e      only after a quotation: "…," he continued
d      a clause, where the subject is a poll, study or other document
!      often another word: a clause needs "that", a colon or a quotation
=====  ==================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from baselines.attribution.words import listed

_FRAMES = {
    "s": """say add assert remark comment argue contend reiterate admit concede confess reply respond retort
        quip joke boast brag shout yell scream whisper mutter chant proclaim pronounce testify allege
        speculate stipulate conclude hint lament complain muse opine theorise theorize blog vent grumble""",
    "so": """claim announce stress emphasise emphasize acknowledge confirm reveal disclose deny
        reaffirm insinuate imply explain recall underline underscore mention affirm clarify concede
        confirm admit tweet write""",
    "si": "swear vow pledge threaten",
    "sti": "promise",
    "sk": "maintain insist agree predict reckon estimate guess",
    "sto": "warn ask caution",
    "st": "tell",
    "to": "inform assure remind notify advise urge",
    "s!": "note observe state report declare post suggest indicate cry answer counter charge repeat read",
    "so!": "question",
    "k": "believe think suspect assume doubt presume surmise",
    "ki": "expect",
    "k!": "feel know understand realise realize imagine figure hold mean foresee fear",
    "d": "show find demonstrate",
    "o": """accuse blame criticise criticize condemn denounce slam blast praise hail welcome applaud defend
        oppose endorse propose recommend discuss describe call label brand dub cite quote highlight outline
        dispute rebuke chide scold mock ridicule deride decry deplore bemoan thank congratulate reject
        dismiss rebuff refute rebut demand request express voice commend laud berate castigate chastise
        disparage extol tout envisage assail lambast lambaste disavow downplay""",
    "i": "refuse decline offer consent volunteer undertake",
    "w": """want hope wish intend plan aim seek desire aspire yearn strive prefer fear worry dread regret
        plot contemplate consider""",
    "e": "continue interrupt laugh begin smile sigh exclaim snap shrug",
    "": """rule lash hit shoot fire lay set spell brush shrug play speak talk point refer object react allude
        vouch plead appeal press push look make""",
}

_PARTICLES = {
    "call for": "o", "call on": "o", "call upon": "o", "point out": "so", "point to": "o",
    "speak of": "o", "speak about": "o", "speak out": "o", "speak against": "o",
    "talk of": "o", "talk about": "o", "insist on": "o", "insist upon": "o",
    "warn of": "o", "warn about": "o", "warn against": "o", "caution against": "o",
    "complain of": "o", "complain about": "o", "boast of": "o", "boast about": "o", "brag about": "o",
    "comment on": "o", "refer to": "o", "rule out": "o", "lash out": "o", "hit out": "o",
    "hit back": "e", "shoot back": "e", "fire back": "e", "lay out": "o", "set out": "o", "spell out": "o",
    "brush off": "o", "brush aside": "o", "shrug off": "o", "play down": "o", "object to": "o",
    "react to": "o", "allude to": "o", "vouch for": "o", "plead for": "o", "appeal for": "o",
    "appeal to": "o", "press for": "o", "push for": "o", "argue for": "o", "argue against": "o",
    "hint at": "o", "joke about": "o", "agree with": "o", "agree on": "o", "agree to": "o",
    "worry about": "w", "worry over": "w", "fear for": "w", "hope for": "w", "wish for": "w",
    "yearn for": "w", "plan on": "w", "aim at": "w", "aim for": "w", "look to": "w",
    "look forward": "w", "make clear": "s", "respond to": "o", "believe in": "k",
    "lament over": "o", "speculate about": "o", "testify about": "o", "explain to": "st", "write to": "st",
    "admit to": "o", "confess to": "o", "ask for": "o", "wonder about": "o",
}  # fmt: skip

_IRREGULAR = {
    "say": "said said", "tell": "told told", "write": "wrote written", "think": "thought thought",
    "feel": "felt felt", "know": "knew known", "find": "found found", "show": "showed shown",
    "swear": "swore sworn", "hold": "held held", "mean": "meant meant", "speak": "spoke spoken",
    "seek": "sought sought", "understand": "understood understood", "foresee": "foresaw foreseen",
    "read": "read read", "begin": "began begun", "hit": "hit hit", "shoot": "shot shot", "lay": "laid laid",
    "set": "set set", "make": "made made",
}  # fmt: skip
_DOUBLING = listed("admit plan refer quip plot brag blog regret slam dub rebut set hit begin")


@dataclass(frozen=True, slots=True)
class Verb:
    """A form of a reporting verb.

    Parameters
    ----------
    lemma
        Its dictionary form.
    frames
        The complements that it takes, as letters.
    forms
        Which forms the word can be: "b" base, "s" third person, "p" past, "n" past participle, "g" -ing.
    particles
        Words that may follow it and change its frames, with those frames.
    """

    lemma: str
    frames: str
    forms: str
    particles: tuple[tuple[str, str], ...] = ()


def _stem(lemma: str) -> str:
    if lemma in _DOUBLING:
        return lemma + lemma[-1]
    return lemma


def inflect(lemma: str) -> dict[str, str]:
    """Return every form of a verb with the letters of `Verb.forms` that it can be.

    Parameters
    ----------
    lemma
        The dictionary form.
    """
    silent = lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye"))
    consonant_y = lemma.endswith("y") and lemma[-2] not in "aeou"
    if consonant_y:
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    else:
        third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
        past = lemma + "d" if lemma.endswith("e") else _stem(lemma) + "ed"
    gerund = (lemma[:-1] if silent else _stem(lemma)) + "ing"
    simple, participle = _IRREGULAR.get(lemma, f"{past} {past}").split()
    forms: dict[str, str] = {}
    for form, letter in ((lemma, "b"), (third, "s"), (simple, "p"), (participle, "n"), (gerund, "g")):
        forms[form] = forms.get(form, "") + letter
    return forms


def _table() -> dict[str, Verb]:
    frames: dict[str, str] = {}
    for letters, lemmas in _FRAMES.items():
        for lemma in lemmas.split():
            frames[lemma] = "".join(dict.fromkeys(frames.get(lemma, "") + letters))
    particles: dict[str, list[tuple[str, str]]] = {}
    for phrase, letters in _PARTICLES.items():
        lemma, particle = phrase.split()
        frames.setdefault(lemma, "")
        particles.setdefault(lemma, []).append((particle, letters))
    return {
        form: Verb(lemma, letters, kinds, tuple(particles.get(lemma, ())))
        for lemma, letters in frames.items()
        for form, kinds in inflect(lemma).items()
    }


VERBS: dict[str, Verb] = _table()
"""Each form of each verb, in lower case."""

ALSO_NOUNS = listed(
    """claim claims report reports plan plans hope hopes fear fears demand demands promise promises call calls
    comment comments request requests question questions doubt doubts show shows note notes state states
    charge charges estimate estimates pledge pledges vow vows tweet tweets reply replies answer answers
    offer offers find finds aim aims desire desires wish wishes worry worries praise blame mention mentions
    remark remarks response post posts cry label labels brand brands quote quotes dispute disputes
    suspect suspects forecast forecasts counter read regret regrets joke jokes hint hints rebuke welcome
    guess thought thoughts feeling object objects point points press plot plots play appeal appeals
    set look make shot hold figure figures talk talks rule rules hit hits fire push laugh smile sigh
    snap shrug warning"""
)
"""Forms that are as often nouns, so that a determiner or adjective before them decides."""

NOUN_CUES = listed(
    """claim claims allegation allegations accusation accusations assertion assertions statement warning
    warnings threat threats announcement promise promises pledge pledges vow vows demand demands call calls
    concern concerns fear fears hope hopes belief argument suggestion suggestions assurance assurances
    complaint complaints report reports rumour rumours rumor rumors plan plans desire wish intention
    intentions ambition ambitions insistence contention admission conviction worry worries view opinion
    prediction predictions denial refusal willingness determination decision proposal request aim goal
    vision theory speculation suspicion suspicions doubts"""
)
"""Nouns that carry what is said or wished: "the claim that …", "its hope to …"."""

WISHING_NOUNS = listed(
    """fear fears hope hopes plan plans desire wish intention intentions ambition ambitions worry worries
    concern concerns aim goal willingness determination"""
)

WISHING_ADJECTIVES = listed(
    """keen eager determined anxious reluctant willing unwilling afraid worried concerned hopeful desperate
    fearful wary furious angry angered alarmed frustrated nervous tempted intent bent resolved
    upset disappointed outraged convinced confident sceptical skeptical unhappy"""
)
