"""Modules of its own for each execution environment, inside one interpreter.

In Lambda every execution environment imports the function's code and layers for itself, so module
globals (a Chalice app and its current request, cached clients, a logger's keys) are never seen by
two invocations at once. Here each environment gets fresh module objects too: the code is compiled
once, executed per environment, and its `import` statements lead to the environment's own modules.
Third-party packages stay shared, as does a layer that uses nothing but the standard library.
"""

import builtins
import importlib.machinery
import importlib.util
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w., ]+))", re.MULTILINE)

_code_cache: dict[Path, tuple[int, CodeType]] = {}


class SourceTree:
    """The importable modules below some roots, by dotted name; an earlier root wins."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)
        self._files: dict[str, Path] = {}
        self._packages: dict[str, list[str]] = {}
        for root in reversed(self.roots):
            for file in sorted(root.rglob("*.py")):
                self._add(file, root)
        self.tops = {name.partition(".")[0] for name in self._files}

    def _add(self, file: Path, root: Path) -> None:
        parts = list(file.relative_to(root).with_suffix("").parts)
        if "__pycache__" in parts or not all(part.isidentifier() for part in parts):
            return
        if parts[-1] == "__init__":
            parts.pop()
        if not parts:
            return
        self._files[".".join(parts)] = file
        for depth in range(1, len(parts) + (file.name == "__init__.py")):
            folder = str(root.joinpath(*parts[:depth]))
            paths = self._packages.setdefault(".".join(parts[:depth]), [])
            if folder not in paths:
                paths.insert(0, folder)

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._packages

    def spec(self, name: str, module_name: str) -> importlib.machinery.ModuleSpec:
        """A spec that makes a module of `name` under another name."""
        paths = self._packages.get(name)
        if name not in self._files:  # a namespace package
            spec = importlib.machinery.ModuleSpec(module_name, None, is_package=True)
            spec.submodule_search_locations = list(paths or [])
            return spec
        file = self._files[name]
        loader = importlib.machinery.SourceFileLoader(module_name, str(file))
        found = importlib.util.spec_from_file_location(
            module_name, file, loader=loader, submodule_search_locations=paths
        )
        if found is None:
            message = f"{file} cannot be loaded"
            raise ImportError(message)
        return found

    def code(self, name: str) -> CodeType | None:
        """The compiled module, compiled again only when its file changed."""
        file = self._files.get(name)
        if file is None:
            return None
        changed_at = file.stat().st_mtime_ns
        cached = _code_cache.get(file)
        if cached is None or cached[0] != changed_at:
            cached = (changed_at, compile(file.read_bytes(), str(file), "exec", dont_inherit=True))
            _code_cache[file] = cached
        return cached[1]

    def uses_only_standard_library(self) -> bool:
        """Whether every import leads back into this tree or to the standard library (not `os`)."""
        allowed = self.tops | (sys.stdlib_module_names - {"os"})
        for file in self._files.values():
            for from_name, names in _IMPORT.findall(file.read_text()):
                for name in [from_name] if from_name else names.split(","):
                    if name.strip().partition(".")[0].partition(" ")[0] not in allowed:
                        return False
        return True


class IsolatedModules:
    """One environment's modules: `load` a dotted name, and everything it imports follows."""

    def __init__(
        self, tree: SourceTree, prefix: str, shared: "Sequence[IsolatedModules]" = ()
    ) -> None:
        self._tree = tree
        self._prefix = prefix
        self._shared = shared
        self._modules: dict[str, ModuleType] = {}
        self._lock = threading.RLock()
        self._builtins = {**vars(builtins), "__import__": self._import}

    def load(self, name: str) -> ModuleType:
        """The environment's module of this name, executed on first use."""
        with self._lock:
            loaded = self._modules.get(name)
            if loaded is not None:
                return loaded
            parent, _, child = name.rpartition(".")
            if parent:
                self.load(parent)
                if name in self._modules:
                    return self._modules[name]
            module = self._execute(name)
            if parent:
                setattr(self._modules[parent], child, module)
            return module

    def dispose(self) -> None:
        """Forget the modules; what nobody refers to is freed."""
        for name in self._modules:
            sys.modules.pop(self._prefix + name, None)
        self._modules.clear()

    def has_top(self, top: str) -> bool:
        return top in self._tree.tops

    def _execute(self, name: str) -> ModuleType:
        if name not in self._tree:
            message = f"No module named {name!r}"
            raise ModuleNotFoundError(message, name=name)
        spec = self._tree.spec(name, self._prefix + name)
        module = importlib.util.module_from_spec(spec)
        module.__dict__["__builtins__"] = self._builtins
        module.__dict__["__isolated_name__"] = name
        # Dataclasses, pydantic and pickle look classes' modules up by name.
        sys.modules[spec.name] = module
        self._modules[name] = module
        code = self._tree.code(name)
        try:
            if code is not None:
                exec(code, module.__dict__)  # noqa: S102 - running the function's code is the job
        except BaseException:
            sys.modules.pop(spec.name, None)
            del self._modules[name]
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of __import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level:
            name = self._absolute(name, globals or {}, level)
        top = name.partition(".")[0]
        owner = self._owner(top)
        if owner is None:
            return builtins.__import__(name, globals, locals, fromlist or (), 0)
        module = owner.load(name)
        if not fromlist:
            return owner.load(top)
        for attribute in fromlist:
            owner.load_attribute(module, name, attribute)
        return module

    def load_attribute(self, module: ModuleType, name: str, attribute: str) -> None:
        """Load the submodule that a `from ... import` may mean."""
        submodule = f"{name}.{attribute}"
        if not hasattr(module, attribute) and submodule in self._tree:
            self.load(submodule)

    def _owner(self, top: str) -> "IsolatedModules | None":
        if top in self._tree.tops:
            return self
        return next((shared for shared in self._shared if shared.has_top(top)), None)

    @staticmethod
    def _absolute(name: str, importer: Mapping[str, Any], level: int) -> str:
        parts = str(importer.get("__isolated_name__", "")).split(".")
        is_package = "__path__" in importer
        kept = parts[: len(parts) - level + is_package]
        return ".".join([*kept, name] if name else kept)
