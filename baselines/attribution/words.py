"""Closed word classes and word endings of English, and the nouns that name sources.

The classes are those of any English grammar. Each word stands for a tag of one character, which the
patterns of `baselines.attribution.relations` are written in:

====  ==========================================  ====  ==========================================
tag   words                                       tag   words
====  ==========================================  ====  ==========================================
d     determiner, quantifier, number              T     to
n     other word                                  s     subordinator
j     adjective, by list or ending                h     interrogative: whether, how, why
N     capitalised word                            w     relative: who, which
z     genitive in 's                              t     that
r     pronoun as subject                          c     and, or
R     pronoun as object                           b     but, yet
o     preposition                                 B     form of to be
a     adverb, not                                 x     other auxiliary
e     word of time                                v     other finite verb
g     other word in -ing                          y     verb that takes to: continue, decline
V     finite or base form of a reporting verb     G     reporting verb in -ing
M     noun of saying or wishing: claim, hope      E     adjective of wishing: keen, afraid
K     according                                   k     anything in round brackets
Q     quotation of a clause                       q     quotation of a few words
====  ==========================================  ====  ==========================================

Marks of punctuation stand for themselves: `. , : ;`, and `-` is any dash with space around it.
"""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """Return words that are separated by white space as a set."""
    return frozenset(words.split())


_CLASSES = {
    "d": """the a an this these those some any no every each either neither all both half another such
        several many much more most few fewer less other one two three four five six seven eight nine ten
        eleven twelve dozen dozens hundred hundreds thousand thousands million millions billion billions
        my your his her its our their whose first second third last next own same""",
    "r": """i he she they we you it someone somebody everyone everybody anyone anybody nobody others
        there he's she's it's they're we're i'm you're he'd she'd they'd we'd i'd he'll she'll they'll
        we'll i'll i've they've we've""",
    "R": "me him us them himself herself itself themselves ourselves myself yourself each-other",
    "o": """of in on at by for with from about against between among amid into onto over under through
        during without within toward towards upon across behind beyond near above below inside outside
        off out up down via despite like unlike besides except including regarding concerning per versus
        alongside around throughout amidst""",
    "T": "to",
    "s": """because while when whereas after before as if although though since until till unless once
        than so where wherever whenever""",
    "h": "whether how why what",
    "w": "who which whom",
    "t": "that",
    "c": "and or nor &",
    "b": "but yet",
    "B": """is are was were be been being am isn't aren't wasn't weren't 's 're""",
    "x": """has have had having do does did will would can could may might must shall should ought
        hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot couldn't mightn't mustn't
        shouldn't 've 'd 'll""",
    "a": """not never also still again already even just only often always sometimes soon later earlier
        then now once thus therefore however instead meanwhile further furthermore moreover too very quite
        rather almost ever twice long far well better best worse perhaps maybe indeed once simply else
        together apart ago away back here anyway otherwise likewise nevertheless nonetheless""",
    "e": """monday tuesday wednesday thursday friday saturday sunday january february march april june
        july august september october november december today yesterday tomorrow tonight
        week month year weekend morning afternoon evening night noon midnight week's year's""",
    "y": """continue continues continued decline declines declined proceed proceeds proceeded begin begins
        began start starts started try tries tried fail fails failed go goes went used able unable
        come came comes appear appears appeared seem seems seemed tend tends tended quick""",
    "v": """became become becomes came got gets get gave gives give went made makes make took takes take
        brought brings bring kept keeps keep left leaves leave let lets led leads lead lost loses lose met
        meets meet paid pays pay put puts ran runs run sent sends send stood stands stand won wins win grew
        grows grow fell falls fall rose rises rise broke breaks break built builds build bought buys buy
        began chose chooses choose cut cuts drew draws draw drove drives drive fought fights held holds
        hold hit hits hurt kills kill knew laid lay lies lived lives live meant means mean needs need saw
        sees seen set sets sold sells shot sat spent spends spoke struck strikes taught threw throws turns
        wore works remains remain appears became happens happen happened includes include becomes follows
        allows allow helps help uses use began arrives arrive comes faces carries carry continues shows
        fled flew hears heard dies die died""",
    "K": "according",
}

CLASSES: dict[str, str] = {word: tag for tag, words in reversed(_CLASSES.items()) for word in words.split()}
"""Tag of each word of a closed class; the first class that lists a word has it."""

ADJECTIVES = listed(
    """new old recent latest early late former senior top high low big large small great good bad strong
    weak young false true key main major minor full own public private local state foreign national
    domestic military civil right far hard clear sharp deep free open many more similar different
    unnamed anonymous close familiar aware present rare grave long short direct fresh joint final initial
    written"""
)
ADJECTIVE_ENDINGS = ("ous", "ful", "less", "ible", "able", "ical", "ive", "ional", "ic")

NOT_ADVERBS = listed(
    """family ally italy reply supply rally daily weekly monthly assembly july bully monopoly anomaly
    apply fly early friendly elderly likely unlikely lonely ugly holy jelly belly comply imply rely ally
    multiply butterfly deadly costly orderly"""
)
NOT_PARTICIPLES = listed(
    """meeting building morning evening nothing something anything everything king ring wing spring hearing
    briefing ceiling bombing killing thing things being string beijing training spending funding housing
    feeling shooting uprising wedding setting ruling warning offspring during"""
)
NOT_PAST = listed(
    """united need speed seed feed breed indeed hundred red bed shed creed greed bleed exceed proceed
    embed sacred kindred naked wicked alleged proposed armed led unprecedented so-called
    continued"""
)

UNNAMED = listed(
    """source sources official officials analyst analysts expert experts observer observers critic critics
    insider insiders diplomat diplomats aide aides adviser advisers advisor advisors witness witnesses
    eyewitness eyewitnesses lawmaker lawmakers commentator commentators scholar scholars academic academics
    researcher researchers scientist scientists economist economists historian historians activist activists
    supporter supporters opponent opponents detractor detractors campaigner campaigners resident residents
    local locals neighbour neighbours neighbor neighbors people person trader traders investor
    investors officer officers commander commanders executive executives strategist strategists
    skeptic skeptics sceptic sceptics pundit pundits
    authorities circles quarters some many others someone somebody
    colleague colleagues friend friends staffer staffers employee employees worker workers
    whistleblower whistleblowers negotiator negotiators envoys advocates advocate specialists specialist"""
)
"""Nouns for people who are told by their kind alone, where no name stands with them."""

OUTLETS = listed(
    """newspaper newspapers daily weekly tabloid tabloids broadsheet magazine magazines media press
    broadcaster broadcasters broadcast website websites outlet outlets newswire channel channels
    television tv radio portal journal publication publications blog
    times post guardian telegraph reuters afp ap bbc cnn nbc cbs abc npr sky bloomberg politico axios
    tass xinhua interfax jazeera dpa efe ansa kyodo economist spiegel monde figaro haaretz anadolu"""
)
"""Words that make a source an outlet: the common nouns, and words in the names of large ones."""

HEARSAY_HEADS = listed("reports rumours rumors stories accounts leaks")
"""Nouns for what is told by others, whoever they are."""

DOCUMENTS = listed(
    """poll polls survey surveys study studies report reports research researchers figures data analysis
    analyses document documents records record statistics census review investigation audit evidence
    findings results numbers estimate estimates footage video email emails letter transcript memo
    filing filings paper papers projections forecast forecasts"""
)
"""What can show or find something without being a person."""

ROLES = listed(
    """president minister premier chancellor king queen prince princess senator congressman congresswoman
    governor mayor judge general admiral colonel captain commander ambassador envoy spokesman spokeswoman
    spokesperson chairman chairwoman chief director secretary leader head candidate official lawmaker
    deputy professor doctor lawyer analyst expert man woman boy girl father mother son daughter wife husband
    brother sister officer soldier author writer journalist reporter activist owner founder politician
    executive coach player actor teacher student witness victim suspect resident driver priest pope
    bishop imam pastor dictator strongman nominee businessman billionaire pm mr mrs ms dr sen rep
    gov prof sir dame lord lady"""
)
"""Nouns and titles for one person, which a later pronoun can stand for."""

INANIMATE = listed(
    """plan plans law laws bill bills measure measures project projects deal deals agreement move moves
    programme program policy policies proposal scheme system reform reforms report study book film campaign
    strategy initiative operation decision treaty effort efforts talks visit meeting budget rule rules"""
)
"""Nouns for what can aim at something but has no wishes."""

NOT_PERSONS = listed(
    """united states nations union kingdom republic european american russian turkish chinese british
    french german north south east west northern southern eastern western middle new york washington
    white house supreme court senate congress parliament party ministry department council committee
    university institute street river sea gulf bank group company corporation inc ltd city county state
    security foreign international national federal central democratic republican defence defense news
    times post world war army navy air force islamic"""
)
"""Capitalised words that a person's name does not hold."""
