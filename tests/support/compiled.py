"""What every application compiles from the same sources, kept for the next application of this test process.

Nearly every test makes an application of its own, and most of what that costs is compiling the same routes and
templates again. Both places are offered by Flask for classes of one's own; what is kept is the compiled code alone.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """The code of templates; the checksum of the source is part of the key."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


class KeptRule(Rule):
    """A route whose builder of addresses depends on nothing but what the key says."""

    _kept: dict[object, Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = self.rule, tuple(self._trace), append_unknown
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def keep() -> None:
    """Let every application of this process share what is compiled."""
    options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": KeptTemplates()}
    Flask.jinja_options = options
    Flask.url_rule_class = KeptRule
