"""Families of models, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from baselines.llm.families import family_of, shipped_families
from baselines.llm.prompt_file import shipped_prompts


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o", "gpt"),
        ("ft:gpt-4o-mini:org::id", "gpt"),
        ("openai/gpt-oss-20b", "gpt"),
        ("chatgpt-4o-latest", "gpt"),
        ("openai/o3-mini", "gpt"),
        ("o1", "gpt"),
        ("AIDC-AI/Marco-o1", ""),
        ("claude-sonnet-4-20250514", "claude"),
        ("us.anthropic.claude-3-5-haiku", "claude"),
        ("models/gemini-2.0-flash", "gemini"),
        ("google/gemma-2-9b-it", "gemma"),
        ("codegemma:7b", "gemma"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama"),
        ("accounts/fireworks/models/llama-v3p1-8b", "llama"),
        ("llama3.2:1b", "llama"),
        ("bartowski/Meta-Llama-3-8B-GGUF", "llama"),
        ("ollama/codellama:7b", "llama"),
        ("mistral-small-latest", "mistral"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen"),
        ("qwq-32b", "qwen"),
        ("deepseek-chat", "deepseek"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek"),
        ("microsoft/Phi-3-mini", "phi"),
        ("phi4", "phi"),
        ("zai-org/GLM-4.5", "glm"),
        ("x-ai/grok-2", "grok"),
        ("dolphin", ""),
        ("morphia-7", ""),
        ("", ""),
    ],
)
def test_a_name_tells_the_family(model, family):
    assert family_of(model) == family


def test_a_prompts_own_families_come_first():
    prompt = replace(shipped_prompts()[0], families={"house": ("^our-",), "gpt": ("^gpt-4o$",)})
    assert family_of("our-llama-3", prompt) == "house"
    assert family_of("llama-3", prompt) == "llama"
    assert family_of("gpt-4o", prompt) == "gpt"


def test_every_family_is_told_by_a_pattern():
    assert all(patterns for patterns in shipped_families().values())
    assert {"gpt", "claude", "gemini", "llama", "mistral", "qwen", "deepseek", "gemma", "phi"} <= set(
        shipped_families()
    )
