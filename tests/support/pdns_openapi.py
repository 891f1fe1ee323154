"""schema/openapi.yaml for a test: what it says of paths, and whether a value is of a schema. Only what the file uses."""
from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parents[2] / "schema" / "openapi.yaml"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


class OpenApi:
    def __init__(self) -> None:
        self.document = yaml.safe_load(FILE.read_text())

    def resolve(self, node: dict) -> dict:
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            node = at
        return node

    def operations(self) -> dict[str, tuple[str, dict]]:
        """Path to its method and operation; each path has one."""
        found = {}
        for path, methods in self.document["paths"].items():
            assert len(methods) == 1, path
            found[path] = next(iter(methods.items()))
        return found

    def parameters(self, path: str) -> list[dict]:
        return [self.resolve(one) for one in self.operations()[path][1].get("parameters", [])]

    def schema(self, path: str, status: int) -> tuple[str, dict]:
        """Content type and schema of an answer."""
        content = self.resolve(self.operations()[path][1]["responses"][str(status)])["content"]
        assert len(content) == 1, (path, status)
        return next((kind, one["schema"]) for kind, one in content.items())

    def fault(self, value: object, schema: dict, where: str = "$") -> str | None:
        """What is wrong with the value; None: nothing."""
        schema = self.resolve(schema)
        for one in schema.get("allOf", []):
            if fault := self.fault(value, one, where):
                return fault
        if "oneOf" in schema:
            faults = [self.fault(value, one, where) for one in schema["oneOf"]]
            if faults.count(None) != 1:
                return f"{where}: fits {faults.count(None)} of its kinds: {faults}"
        if "type" in schema:
            kind = TYPES[schema["type"]]
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                return f"{where}: {value!r} is no {schema['type']}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{where}: {value!r} is none of {schema['enum']}"
        if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return f"{where}: {value} is out of its bounds"
        if isinstance(value, dict):
            return self._fault_of_members(value, schema, where)
        if isinstance(value, list) and "items" in schema:
            for at, one in enumerate(value):
                if fault := self.fault(one, schema["items"], f"{where}[{at}]"):
                    return fault
        return None

    def _fault_of_members(self, value: dict, schema: dict, where: str) -> str | None:
        for name in schema.get("required", []):
            if name not in value:
                return f"{where}: no {name}"
        for name, one in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
            if inner is False:
                return f"{where}: {name} is not described"
            if isinstance(inner, dict) and (fault := self.fault(one, inner, f"{where}.{name}")):
                return fault
        return None
