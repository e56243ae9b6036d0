"""Every kind of source there is, found by its name: `google-ads` is `kinds/google_ads.py`.

A kind's keys stand in `app.config.sources`, which is the list of them all. The code that
reads it is loaded when the config in force first names it: of some thirty formats a
service speaks a handful, and the others would only cost memory and time to start.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from app.config.sources import KINDS
from app.sources.base import SourceKind


@lru_cache(maxsize=len(KINDS))
def _load(kind: str) -> SourceKind[Any]:
    module = import_module(f"app.sources.kinds.{kind.replace('-', '_')}")
    source: SourceKind[Any] = module.SOURCE
    if source.kind != kind:
        raise ImportError(f"{module.__name__} reads {source.kind}, not {kind}")
    return source


class _Kinds(Mapping[str, SourceKind[Any]]):
    def __getitem__(self, kind: str) -> SourceKind[Any]:
        if kind not in KINDS:
            raise KeyError(kind)
        return _load(kind)

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)


SOURCES: Mapping[str, SourceKind[Any]] = _Kinds()
