"""A contract for import-linter: across applications only the public parts may be imported."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

FACTORIES = "tests"


class PublicParts(Contract):
    """`public` are the parts of every application, `extra` further modules by full name.

    A plug-in folder's `base` is public as well. Tests may use each other's `tests` package.
    """

    applications = fields.ListField(subfield=fields.StringField())
    public = fields.ListField(subfield=fields.StringField())
    extra = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if self.crosses(importer, imported) and not self.allows(importer, imported)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def crosses(self, importer: str, imported: str) -> bool:
        """`config` wires everything together and may look anywhere; the same application is its own affair."""
        ours, theirs = importer.partition(".")[0], imported.partition(".")[0]
        applications: Any = self.applications
        return ours in applications and theirs in applications and ours != theirs

    def allows(self, importer: str, imported: str) -> bool:
        extra: Any = self.extra or []
        public: Any = self.public
        parts = imported.split(".")[1:]
        if any(imported == name or imported.startswith(f"{name}.") for name in extra):
            return True
        if not parts or parts[0] in public or parts[-1] == "base":
            return True
        return parts[0] == FACTORIES and FACTORIES in importer.split(".")

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is private to {imported.partition('.')[0]}.")
