"""Where a model's files are: a folder, or the Hugging Face Hub. Pickled weights are not fetched, nor read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from baselines.neural.config import CONFIG

EXTRA = "transformers"
NEEDED = ("torch", "transformers", "accelerate")
"""The packages of the extra."""

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_FETCHED = (
    CONFIG,
    "model*.safetensors",
    "model.safetensors.index.json",
    "tokenizer*",
    "vocab*",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "*.model",
)
_SAFE = "*.safetensors"
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack")
_CHUNK = 1 << 20


def missing_extra() -> str | None:
    """Return the extra of framebench that a model needs and that is not installed, or None."""
    return None if all(map(find_spec, NEEDED)) else EXTRA


def require_extra() -> None:
    """Refuse to go on without the packages of the extra.

    Raises
    ------
    ValueError
        Which says how to install them.
    """
    if missing_extra():
        lacking = ", ".join(name for name in NEEDED if not find_spec(name))
        raise ValueError(
            f"not installed: {lacking}; install what is missing with: pip install 'framebench[{EXTRA}]'"
        )


@dataclass(frozen=True)
class Source:
    """A model that was found.

    Parameters
    ----------
    name
        As the user gave it.
    folder
        Where its configuration lies.
    revision
        The commit of the Hub; "" for a folder of the user's.
    """

    name: str
    folder: Path
    revision: str = ""

    def whole(self) -> Path:
        """Return the folder with all files of the model, fetched from the Hub where they are not here.

        Raises
        ------
        ValueError
            Where they cannot be fetched, or no weights in the safetensors format are among them.
        """
        folder = _fetched(self) if self.revision else self.folder
        if not any(folder.glob(_SAFE)):
            raise ValueError(f"{self.name}: {_without_weights(folder, bool(self.revision))}")
        return folder

    def digest(self) -> str:
        """Return the SHA-256 of all of the model's files, their names among them."""
        folder, whole = self.whole(), hashlib.sha256()
        for path in sorted(folder.iterdir()):
            if path.is_file() and not _is_pickled(path):
                whole.update(f"{path.name}\0{file_digest(path)}\0".encode())
        return whole.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(name: str, revision: str = "") -> Source:
    """Return the model of a name; of one on the Hub only the configuration is fetched here.

    Parameters
    ----------
    name
        A folder, or a name on the Hub.
    revision
        Branch, tag or commit on the Hub; "" for its main branch.

    Raises
    ------
    ValueError
        Where there is none, or the Hub does not give it.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if revision:
            raise ValueError(f"revision={revision} is for models of the Hub, and '{name}' is a folder")
        if not (folder / CONFIG).is_file() and (folder / "model.json").is_file():
            raise ValueError(f"'{name}' was written by bench train: name it without 'transformers:'")
        return Source(name, folder)
    if folder.exists() or not _HUB_NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no folder, and no name of a model on the Hub")
    path = _hub_config(name, revision)
    return Source(name, path.parent, path.parent.name)


def _hub_config(name: str, revision: str) -> Path:
    from huggingface_hub import hf_hub_download

    with _hub(name):
        return Path(hf_hub_download(name, CONFIG, revision=revision or None))


def _fetched(source: Source) -> Path:
    from huggingface_hub import snapshot_download

    with _hub(source.name):
        return Path(snapshot_download(source.name, revision=source.revision, allow_patterns=list(_FETCHED)))


@contextmanager
def _hub(name: str) -> Iterator[None]:
    """Turn what the Hub's client raises into a ValueError, and keep it silent."""
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    silent = are_progress_bars_disabled()
    if not silent:
        disable_progress_bars()
    try:
        yield
    except (OSError, ValueError, HfHubHTTPError) as error:
        first = next(iter(str(error).strip().split("\n")), "")
        raise ValueError(
            f"'{name}' is no folder here, and the Hub gives no model of this name: {first}"
        ) from error
    finally:
        if not silent:
            enable_progress_bars()


def _is_pickled(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _PICKLED)


def _without_weights(folder: Path, fetched: bool) -> str:
    """Say why a folder has no weights that can be read."""
    pickled: Sequence[str] = sorted(path.name for path in folder.iterdir() if _is_pickled(path))
    if pickled or fetched:
        what = f"its weights are pickled ({', '.join(pickled)})" if pickled else "it has no safetensors"
        return (
            f"{what}, and a pickle can run any code when it is read, so that only safetensors are; "
            "take a version with model.safetensors, or convert it where you trust it"
        )
    return "it has no model.safetensors"
