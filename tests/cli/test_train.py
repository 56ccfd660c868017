"""`bench train`, and its models in the other commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import tiny_transformer as tiny

from benchmark import data
from benchmark.model import Span

FEW = ("--resamples", 100, "-q")


@pytest.fixture
def corpus(dataset_of, learner, monkeypatch):
    """A dataset of three splits that is loaded as "corpus"; a text of dev stands in train too."""
    texts = [f"{('Vile', 'Calm')[i % 2]} plan {i} was made." for i in range(29)] + ["vile PLAN 2 was made."]
    spans = [[Span(0, 4, "Loaded_Language")] if i % 2 == 0 else [Span(5, 9, "Doubt")] for i in range(30)]
    splits = {"train": range(20), "test": range(20, 26), "dev": range(26, 30)}
    made = dataset_of(texts, spans, splits=splits, name="corpus")
    load = data.load
    monkeypatch.setattr(data, "load", lambda name: made if name == "corpus" else load(name))
    return made


def values(done):
    rows = json.loads(done.out)
    return [(row["task"], row["score"], row["label"], row["value"], row["low"], row["high"]) for row in rows]


def test_a_model_scores_as_training_at_once(bench, corpus):
    done = bench("train", "words", "--on", "corpus:train", "--output", "models/words")
    assert done.code == 0, done.err
    assert done.out == ""
    last = done.err.strip().split("\n")[-1]
    assert last.startswith("models/words: words, learned from 20 documents: technique (")
    assert "words: layer technique" in done.err
    kept = bench("evaluate", "corpus", "-d", "models/words", *FEW, "-f", "json")
    assert kept.code == 0, kept.err
    ours = bench("evaluate", "corpus", "-d", "words", *FEW, "-f", "json")
    assert values(kept) == values(ours)
    rows = json.loads(kept.out)
    assert {row["task"] for row in rows} == {"technique", "loaded_language", "loaded_sentence"}
    assert {(row["split"], row["contaminated"]) for row in rows} == {("test", 0)}
    files = [
        sorted(path.read_text() for path in Path("results").glob(f"corpus/*/{name}-*/predictions.jsonl"))
        for name in ("words", "models_words")
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 3
    table = bench("evaluate", "corpus", "-d", "models/words", *FEW).out
    assert table.startswith("corpus 1.0.0, split test (6 sentences)")
    assert "models/words, 20 docs" in table
    assert "trained on the 20 documents of corpus, split train" in table.replace("\n", " ")
    assert "contaminated" not in table


def test_a_model_scored_on_what_it_learned_is_marked(bench, corpus):
    bench("train", "words", "--on", "corpus:train", "--output", "model", "-q")
    done = bench("evaluate", "corpus/technique", "--split", "train", "-d", "model", *FEW)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "model, 20 docs [contaminated]" in text
    assert "[contaminated] model learned from 20 of the 20 scored sentences, or from nearly the same" in text
    assert "'d4' as 'd4' and 15 more." in text
    assert "|contaminated:20|" in text
    refused = bench("evaluate", "corpus/technique", "--split", "train", "-d", "model", "--strict", *FEW)
    assert refused.code == 1
    assert "detector 'model' learned from 20 of the documents that are scored" in refused.err
    assert "Traceback" not in refused.err


def test_one_shared_text_is_named_and_with_strict_refused(bench, corpus):
    done = bench("evaluate", "corpus", "--split", "dev", "-d", "words", *FEW)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "[contaminated] words learned from 1 of the 4 scored sentences" in text
    assert "'d29' as 'd2'." in text
    rows = json.loads(bench("evaluate", "corpus", "--split", "dev", "-d", "words", *FEW, "-f", "json").out)
    assert {row["contaminated"] for row in rows} == {1}
    assert all("|contaminated:1|" in row["signature"] for row in rows)
    assert bench("show", next(Path("results").glob("corpus/technique/*"))).out.count("[contaminated]") >= 1
    shutil.rmtree("results")
    refused = bench("evaluate", "corpus", "--split", "dev", "-d", "words", "--strict", *FEW)
    assert refused.code == 1
    assert "'d29' as 'd2'; without --strict the run is marked" in refused.err
    assert not list(Path("results").rglob("run.json"))


def test_folds_within_a_split_or_over_all(bench, corpus, learner):
    done = bench("evaluate", "corpus/technique", "--folds", 3, "-d", "words", *FEW, "-f", "json")
    assert done.code == 0, done.err
    row = json.loads(done.out)[0]
    assert (row["split"], row["documents"], row["training"]) == (None, 30, "cv3,seed=0")
    within = bench(
        *("evaluate", "corpus/technique", "--folds", 2, "--split", "test", "--seed", 7),
        *("-d", "words", *FEW, "-f", "json"),
    )
    row = json.loads(within.out)[0]
    assert (row["split"], row["documents"], row["training"]) == ("test", 6, "cv2,seed=7")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("words", "--on", "corpus:trian"), "dataset 'corpus' has no split 'trian', did you mean 'train'"),
        (("words", "--on", "corpse:train"), "no dataset or folder is named 'corpse'"),
        (("words", "--on", "corpus", "--task", "slant"), "has no layer 'slant' for task 'slant'"),
        (("wrods", "--on", "corpus"), "did you mean 'words'"),
        (("words:most=1", "--on", "corpus"), "detector 'words' has no parameter 'most'"),
        (("null", "--on", "corpus"), "detector 'null' cannot be trained and kept"),
        (("words", "--on", "turkey_drones", "--task", "attribution"), "can learn nothing of turkey_drones"),
    ],
)
def test_wrong_use_is_told_in_one_line_and_nothing_is_written(bench, corpus, arguments, message):
    done = bench("train", *arguments, "--output", "model")
    assert done.code == 2
    assert message in done.err.replace("\n", " ")
    assert done.err.count("\n") == 1
    assert not Path("model").exists()


def test_what_is_there_is_replaced_on_request_alone(bench, corpus, learner):
    assert bench("train", "words", "--on", "corpus:train", "-o", "model", "-q").err == ""
    record = json.loads(Path("model/model.json").read_text())
    again = ("train", "words:least=2", "--on", "corpus", "-o", "model", "-q")
    refused = bench(*again)
    assert refused.code == 2
    assert "model: exists already; give --replace to replace it" in refused.err
    assert json.loads(Path("model/model.json").read_text()) == record
    assert bench(*again, "--replace").code == 0
    changed = json.loads(Path("model/model.json").read_text())
    assert changed["parameters"] == {"least": "2"}
    assert changed["training"]["documents"] == 30
    assert changed["training"]["split"] is None
    Path("mine").mkdir()
    Path("mine/diary.txt").write_text("Dear diary")
    done = bench("train", "words", "--on", "corpus", "-o", "mine", "--replace")
    assert done.code == 2
    assert "mine: exists already; name a folder that is not there" in done.err
    assert Path("mine/diary.txt").is_file()


def test_a_task_is_learned_alone(bench, corpus, learner):
    tasks = ("--task", "technique_given_span", "--task", "loaded_language")
    assert bench("train", "words", "--on", "corpus:train", "-o", "model", *tasks, "--seed", 4, "-q").code == 0
    record = json.loads(Path("model/model.json").read_text())
    assert [learned["subject"]["layer"] for learned in record["learned"]] == [
        "technique_given_span",
        "technique",
    ]
    assert (record["seed"], record["training"]["seed"]) == (4, 4)
    # All others than the one that is asked for by name alone.
    bench("train", "words", "--on", "corpus:train", "-o", "all", "-q")
    layers = [e["subject"]["layer"] for e in json.loads(Path("all/model.json").read_text())["learned"]]
    assert layers == ["technique", "technique", "loaded_sentence"]
    done = bench("evaluate", "corpus/technique_given_span", "-d", "model", *FEW)
    assert done.code == 0, done.err
    assert "given_spans" in done.out


def test_a_failed_training_leaves_nothing(bench, corpus, learner):
    def fit(self, documents, gold, layer):
        raise ValueError("no luck")

    learner.fit = fit
    done = bench("train", "words", "--on", "corpus:train", "-o", "models/mine", "-q")
    assert done.code == 1
    assert "bench: detector 'words', layer 'technique': training failed: ValueError: no luck" in done.err
    assert not list(Path("models").iterdir())


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_a_broken_model_is_told_before_anything_is_done(bench, corpus, command):
    bench("train", "words", "--on", "corpus:train", "-o", "model", "-q")
    Path("model/learned/0/words.json").write_text("{}")
    Path("news.txt").write_text("Vile news.")
    arguments = ["corpus", *FEW] if command == "evaluate" else ["news.txt"]
    done = bench(command, *arguments, "-d", "model")
    assert done.code == 2
    assert "model/learned/0/words.json: its SHA-256 is not the one that model.json gives" in done.err
    assert done.out == ""


def test_a_model_marks_any_text(bench, corpus):
    bench("train", "words", "--on", "corpus:train", "-o", "model", "-q")
    Path("news.txt").write_text("A Vile idea.")
    done = bench("predict", "-d", "model", "--format", "text", "news.txt")
    assert done.code == 0, done.err
    assert "[Vile|Loaded_Language]" in done.out


def test_progress_is_one_line_on_a_terminal(bench, corpus, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    done = bench("train", "words", "--on", "corpus:train", "-o", "model")
    assert done.code == 0
    assert Path("model/model.json").is_file()


def test_the_help_has_an_example(bench):
    done = bench("train", "--help")
    assert done.code == 0
    assert "bench train crf --on ptc:train" in done.out


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    tiny.require()
    return tiny.random_base(tmp_path_factory.mktemp("base") / "tiny")


CHECKPOINT = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
QUICK = "epochs=1,learning_rate=0.01,device=cpu"


def test_a_transformer_is_fine_tuned_kept_and_scored(bench, corpus, base):
    """Spans and sentences are learned; the kept model scores as one that is trained at once."""
    train = ("train", f"transformers:{QUICK}", "--base", base, "--on", "corpus:train", "-o", "model")
    done = bench(*train)
    assert done.code == 0, done.err
    assert done.out == ""
    assert "transformers: epoch 1 of 1, held-out loss" in done.err
    record = json.loads(Path("model/model.json").read_text())
    assert record["parameters"]["base"] == str(base)
    learned = [(one["subject"]["layer"], one["subject"]["kind"]) for one in record["learned"]]
    assert learned == [("technique", "spans"), ("technique", "spans"), ("loaded_sentence", "units")]
    files = {Path(name).name for name in record["files"]}
    assert {"model.safetensors", "tokenizer.json", "README.md", "transformers.json"} <= files
    assert not [name for name in files if name.endswith((".bin", ".pt", ".pth"))]
    assert sorted(path.name for path in Path().iterdir()) == ["model"]
    kept = bench("evaluate", "corpus", "-d", "model", *FEW, "-f", "json")
    assert kept.code == 0, kept.err
    ours = bench("evaluate", "corpus", "-d", f"transformers:base={base},{QUICK}", *FEW, "-f", "json")
    assert values(kept) == values(ours)
    assert {row["task"] for row in json.loads(kept.out)} == {
        "technique",
        "loaded_language",
        "loaded_sentence",
    }
    again = bench(*train, "-q")
    assert again.code == 2
    assert "model: exists already" in again.err


def test_a_transformer_is_fine_tuned_fold_by_fold(bench, base):
    """Documents in several folds, of a dataset that is shipped."""
    spec = f"transformers:base={base},{QUICK}"
    done = bench("evaluate", "fictional_news/frame", "-d", spec, *FEW, "-f", "json")
    assert done.code == 0, done.err
    row = json.loads(done.out)[0]
    assert row["training"].startswith("cv")
    run = json.loads(next(Path("results").glob("fictional_news/frame/*/run.json")).read_text())
    assert run["detector"]["parameters"]["epochs"] == "1"
    assert not run["failures"]
    assert set(run["detector"]["files"]) == CHECKPOINT


def test_a_checkpoint_is_scored_on_spans_and_sentences_and_needs_no_training(bench, tmp_path):
    tiny.require()
    words = {"shameless": 1, "brutal": 1, "regime": 2}
    tagger = tiny.known_tagger(tmp_path / "tagger", ("O", "bad", "worse"), words)
    Path("map.toml").write_text('bad = "Loaded_Language"\nworse = "Doubt"\n')
    spec = f"transformers:{tagger},label_map=map.toml,device=cpu"
    done = bench("evaluate", "fictional_news", "-d", spec, *FEW, "-f", "json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert {"technique", "loaded_language", "loaded_sentence"} <= {row["task"] for row in rows}
    assert {row["training"] for row in rows} <= {None, ""}
    run = json.loads(next(Path("results").glob("fictional_news/technique/*/run.json")).read_text())
    assert not run["failures"]
    assert set(run["detector"]["files"]) == CHECKPOINT | {"label_map"}
    labels = {
        span["label"]
        for path in Path("results").glob("fictional_news/loaded_language/*/predictions.jsonl")
        for line in path.read_text().splitlines()
        for span in json.loads(line)["spans"]
    }
    assert labels <= {"Loaded_Language"}


def test_a_training_that_was_stopped_goes_on(bench, corpus, base, monkeypatch):
    from baselines.neural import finetune

    spec = "transformers:epochs=3,device=cpu"
    train = ("train", spec, "--base", base, "--on", "corpus:train", "-o", "models/m", "--task", "technique")
    tell = finetune._Watch._tell

    def stopped(self, epoch, what):
        if epoch == 3:
            raise KeyboardInterrupt
        tell(self, epoch, what)

    with monkeypatch.context() as patch:
        patch.setattr(finetune._Watch, "_tell", stopped)
        assert bench(*train, "-q").code != 0
    assert sorted(path.name for path in Path("models").iterdir()) == ["m.checkpoints"]
    told = []

    def listened(self, epoch, what):
        told.append(epoch)
        tell(self, epoch, what)

    monkeypatch.setattr(finetune._Watch, "_tell", listened)
    done = bench(*train, "-q")
    assert done.code == 0, done.err
    assert set(told) == {3}
    assert [path.name for path in Path("models").iterdir()] == ["m"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("crf", "--base", "b"), "detector 'crf' is not made from a base model, which --base would name"),
        (("transformers:base=a", "--base", "b"), "the base model is given twice: --base b, and in"),
        (("transformers",), "neither of model and base given"),
        (("transformers:./a", "--base", "b"), "both of model and base given"),
        (("transformers:epochs=0", "--base", "b"), "epochs 0: must be at least 1"),
    ],
)
def test_a_base_that_does_not_fit_is_told_and_nothing_is_written(bench, corpus, arguments, message):
    done = bench("train", *arguments, "--on", "corpus:train", "-o", "model")
    assert done.code == 2
    assert message in done.err
    assert not list(Path().iterdir())


def test_a_base_that_is_not_there_leaves_nothing(bench, corpus):
    done = bench("train", "transformers", "--base", "./none", "--on", "corpus:train", "-o", "model", "-q")
    assert done.code == 1
    assert "base './none': './none' is no folder, and no name of a model on the Hub" in done.err
    assert not list(Path().iterdir())


def test_a_folder_of_the_user_is_no_place_for_checkpoints(bench, corpus, base):
    Path("model.checkpoints").mkdir()
    Path("model.checkpoints/diary.txt").write_text("Dear diary")
    train = ("train", f"transformers:{QUICK}", "--base", base, "--on", "corpus:train", "-o", "model", "-q")
    done = bench(*train)
    assert done.code == 2
    assert (
        "model.checkpoints: exists already, and is where the state of the training would be kept" in done.err
    )
    assert Path("model.checkpoints/diary.txt").is_file()
    # A folder that the user names is used, and kept.
    named = (f"transformers:checkpoints=mine,{QUICK}", *train[2:], "--task", "technique")
    done = bench("train", *named)
    assert done.code == 0, done.err
    assert list(Path("mine").glob("*/checkpoint-*/model.safetensors"))


def test_checkpoints_that_cannot_be_kept_are_told(bench, corpus, base):
    Path("file").write_text("")
    train = (
        "train",
        f"transformers:{QUICK}",
        "--base",
        base,
        "--on",
        "corpus:train",
        "-o",
        "file/model",
        "-q",
    )
    done = bench(*train)
    assert done.code == 2
    assert "file/model.checkpoints: cannot be written" in done.err
