"""YAML that people review: every value knows its line, and nothing is said twice.

A plain loader keeps the last of two equal keys without a word, and forgets where things stood. Days
stay text, as they are in JSON.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

_DEEPEST: Final = 40
_LAST_STEP: Final = re.compile(r"(\.[^.\[\]]*|\[[^\[\]]*\])$")


class BadYaml(Exception):
    """What is no YAML, or says something twice; the message begins with file and line."""


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """A parsed file, and the line of each path such as `plans.city-flat.items[0].name`."""

    name: str
    content: Any
    lines: dict[str, int]

    def place(self, path: str) -> str:
        """File and line of a path, or of the nearest thing around it."""
        for _ in range(_DEEPEST):
            if path in self.lines:
                return f"{self.name}:{self.lines[path]}"
            shorter = _LAST_STEP.sub("", path)
            path = "" if shorter == path else shorter
        return self.name


class _Loader(yaml.SafeLoader):
    """YAML without its own idea of days."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_reviewed(path: Path) -> ReviewedFile:
    """Parse a file. Raises BadYaml."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        lines = {"": 1, **dict(_lines(root, "", str(path)))} if root else {}
        content = loader.construct_document(root) if root else None
    except (OSError, UnicodeDecodeError) as error:
        raise BadYaml(f"{path}: cannot be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadYaml(f"{path}:{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise BadYaml(f"{path}: {error}") from None
    return ReviewedFile(str(path), content, lines)


def _lines(node: yaml.Node, path: str, file: str, depth: int = 0) -> Iterator[tuple[str, int]]:
    if depth > _DEEPEST:
        raise BadYaml(f"{file}:{node.start_mark.line + 1}: nested too deep")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            inner = f"{path}[{index}]"
            yield inner, item.start_mark.line + 1
            yield from _lines(item, inner, file, depth + 1)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise BadYaml(
                    f"{file}:{line}: {key.value} stands in line {seen[key.value]} already"
                )
            seen[str(key.value)] = line
            inner = f"{path}.{key.value}" if path else str(key.value)
            yield inner, line
            yield from _lines(value, inner, file, depth + 1)
