"""Transformers of a few thousand weights, with tokenizers made here: nothing is downloaded.

Some have random weights, for all that does not depend on what a model knows. The others are set by hand so
that what they answer is known: they have no layers, so that a piece of a text is classified by itself, or a
text by its first piece.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOM = 64
"""Most pieces that the random models take."""
PAD, UNKNOWN, FIRST, LAST = MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
ENGLISH = (
    "The vile plan of shameless liars failed, he said on Monday.",
    "Officials announced a calm and careful report about the economy.",
    "Why would anyone believe these brutal, evil and disgraceful claims?",
    "The minister told reporters that talks would go on this week.",
)


def require() -> None:
    """Skip a test where the extra is not installed; where everything is tested, that is a failure instead."""
    if not os.environ.get("CI"):
        pytest.importorskip("torch", reason="needs the extra: pip install 'framebench[transformers]'")
        pytest.importorskip("transformers", reason="needs the extra: pip install 'framebench[transformers]'")


def wrapped(tokenizer: Any) -> Any:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, unk_token=UNKNOWN, cls_token=FIRST, sep_token=LAST
    )


def trained_tokenizer(texts: Sequence[str]) -> Any:
    """Byte pairs learned from texts, in lower case and between marks, as BERT has them."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE(unk_token=UNKNOWN))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=list(MARKS), show_progress=False)
    made.train_from_iterator(texts, trainer)
    made.post_processor = processors.TemplateProcessing(
        single=f"{FIRST} $A {LAST}", special_tokens=[(FIRST, 2), (LAST, 3)]
    )
    return wrapped(made)


def known_tokenizer(pieces: Sequence[str], marks: bool = True) -> Any:
    """A tokenizer of these pieces of words ("##le" goes on with a word), without case or accents."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {piece: number for number, piece in enumerate([*MARKS, *pieces])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if marks:
        made.post_processor = processors.TemplateProcessing(
            single=f"{FIRST} $A {LAST}", special_tokens=[(FIRST, 2), (LAST, 3)]
        )
    return wrapped(made)


def _written(folder: Path, model: Any, tokenizer: Any) -> Path:
    import torch

    from baselines.neural.checkpoint import quiet

    torch.set_num_threads(1)  # on a busy machine threads that wait for one another take most of the time
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


@cache
def _english() -> Any:
    return trained_tokenizer(ENGLISH)


def random_model(
    folder: Path, kind: str, names: Sequence[str] = (), seed: int = 0, spread: float = 0.5, **settings: Any
) -> Path:
    """Write a model of random weights; `kind` ends its class: Model, ForTokenClassification.

    A large spread of the weights tells one text from another, a small one is learned from sooner.
    """
    import torch
    import transformers

    tokenizer = _english()
    labels = {"num_labels": len(names), "id2label": dict(enumerate(names))} if names else {}
    labels |= {"label2id": {name: number for number, name in enumerate(names)}} if names else {}
    config = transformers.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=ROOM,
        initializer_range=spread,
        **labels,
        **settings,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = getattr(transformers, f"Bert{kind}")(config)
    return _written(folder, model, tokenizer)


def random_base(folder: Path) -> Path:
    """Write a model that can be fine-tuned."""
    return random_model(folder, "Model")


SHARPNESS = 1.5


def known_tagger(folder: Path, names: Sequence[str], classes: Mapping[str, int], room: int = 16) -> Path:
    """Write a model that gives each piece the class that is told for it, and class 0 to any other.

    How sure it is tells `sureness`.
    """
    import torch
    import transformers

    tokenizer = known_tokenizer(list(classes))
    config = _bare(len(tokenizer), names, room)
    model = transformers.BertForTokenClassification(config)
    _answer(model, [0] * len(MARKS) + list(classes.values()), len(names))
    with torch.no_grad():
        model.classifier.weight.copy_(SHARPNESS * torch.eye(len(names)))
        model.classifier.bias.zero_()
    return _written(folder, model, tokenizer)


def sureness(classes: int) -> tuple[float, float]:
    """The probability of the class that a known tagger gives, and of each other one.

    The embedding of a piece is 1 in the place of its class and 0 elsewhere; with mean 0 and variance 1 that
    is √(d−1) and −1/√(d−1).
    """
    right = math.exp(SHARPNESS * classes / math.sqrt(classes - 1))
    return right / (right + classes - 1), 1 / (right + classes - 1)


def known_classifier(
    folder: Path,
    names: Sequence[str],
    classes: Mapping[str, int],
    room: int = 16,
    problem: str = "single_label_classification",
    bias: Sequence[float] = (),
) -> Path:
    """Write a model that labels a text by its first piece, with logits as `first_logits` tells them."""
    import torch
    import transformers

    tokenizer = known_tokenizer(list(classes), marks=False)
    config = _bare(len(tokenizer), names, room)
    config.problem_type = problem
    model = transformers.BertForSequenceClassification(config)
    _answer(model, [0] * len(MARKS) + list(classes.values()), len(names))
    with torch.no_grad():
        model.bert.pooler.dense.weight.copy_(torch.eye(len(names)))
        model.bert.pooler.dense.bias.zero_()
        model.classifier.weight.copy_(SHARPNESS * torch.eye(len(names)))
        model.classifier.bias.copy_(torch.tensor(bias or [0.0] * len(names)))
    return _written(folder, model, tokenizer)


def first_logits(classes: int) -> tuple[float, float]:
    """The logit of the class of a known classifier's first piece, and of each other class, without bias."""
    apart = math.sqrt(classes - 1)
    return SHARPNESS * math.tanh(apart), SHARPNESS * math.tanh(-1 / apart)


def _bare(vocabulary: int, names: Sequence[str], room: int) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=len(names),
        num_hidden_layers=0,
        num_attention_heads=1,
        intermediate_size=1,
        max_position_embeddings=room,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )


def _answer(model: Any, classes: Sequence[int], count: int) -> None:
    """Set the embeddings so that they tell the class of a piece, wherever it stands."""
    import torch

    place = model.bert.embeddings
    with torch.no_grad():
        place.word_embeddings.weight.copy_(torch.eye(count)[list(classes)])
        place.position_embeddings.weight.zero_()
        place.token_type_embeddings.weight.zero_()
        place.LayerNorm.weight.fill_(1.0)
        place.LayerNorm.bias.zero_()
