"""llmchoose: whether an LLM project should prompt, retrieve, tune or train, and what it costs."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Assessment",
    "InputError",
    "Knowledge",
    "Profile",
    "Questionnaire",
    "__version__",
    "assess",
    "estimate_api",
    "estimate_deployment",
    "estimate_finetuning",
    "estimate_pretraining",
    "load_knowledge",
    "load_profile",
]

if TYPE_CHECKING:
    from llmchoose.assessment import Assessment, assess
    from llmchoose.errors import InputError
    from llmchoose.estimate.api.calculator import estimate_api
    from llmchoose.estimate.finetune.calculator import estimate_finetuning
    from llmchoose.estimate.pretrain.calculator import estimate_pretraining
    from llmchoose.estimate.serve.calculator import estimate_deployment
    from llmchoose.knowledge.load import Knowledge, load_knowledge
    from llmchoose.profile.load import load_profile
    from llmchoose.profile.model import Profile
    from llmchoose.questionnaire.talk import Questionnaire

_HOMES = {
    "Assessment": "assessment",
    "assess": "assessment",
    "InputError": "errors",
    "estimate_api": "estimate.api.calculator",
    "estimate_deployment": "estimate.serve.calculator",
    "estimate_finetuning": "estimate.finetune.calculator",
    "estimate_pretraining": "estimate.pretrain.calculator",
    "Knowledge": "knowledge.load",
    "load_knowledge": "knowledge.load",
    "load_profile": "profile.load",
    "Profile": "profile.model",
    "Questionnaire": "questionnaire.talk",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that --version and --help pay for nothing.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
