"""The portal's house rules as an import-linter contract: rooms of a feature, and doors between features."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# A room may use the rooms named after it in its own feature; another feature only by its open doors.
INNER = {
    "rules": {"models", "service", "views", "forms", "commands"},
    "models": {"service", "views", "forms", "commands"},
    "service": {"views", "forms", "commands"},
}
CLOSED = {"models", "views", "forms", "commands"}


def wrong(importer: str, imported: str, open_to_all: set[str]) -> str:
    """Say why one module of the portal must not import another; empty when it may."""
    source, target = importer.split(".")[1:], imported.split(".")[1:]
    if len(source) < 2 or len(target) < 2:
        return ""
    if source[0] == target[0]:
        if target[1] in INNER.get(source[1], set()):
            return f"{source[1]} must not use {target[1]}: arrows run views → service → models and rules"
        return ""
    if source[0] in open_to_all or target[0] in open_to_all:
        return ""
    if target[1] in CLOSED:
        return f"{source[0]} may use {target[0]} through its service or rules, not its {target[1]}"
    return ""


class RoomsContract(Contract):
    """Views → service → models and rules; a feature uses another by its service or rules only."""

    open_to_all = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import inside the portal."""
        faults = []
        # a field of the contract holds what the configuration says once the contract is made
        open_to_all: set[str] = set(self.open_to_all)  # type: ignore[call-overload]
        for importer in sorted(module for module in graph.modules if module.startswith("portal.")):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not imported.startswith("portal."):
                    continue
                reason = wrong(importer, imported, open_to_all)
                if reason:
                    for detail in graph.get_import_details(importer=importer, imported=imported):
                        faults.append((f"{importer}:{detail['line_number']}", imported, reason))
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that breaks the rules, with its line."""
        faults: list[tuple[Any, ...]] = check.metadata["faults"]
        for place, imported, reason in faults:
            output.print_error(f"{place} imports {imported}: {reason}")
