"""Plugins: installed packages that add kinds of clauses, each with its law and its fault.

The package names a module as an entry point of the group `contract_conformance.plugins`. Importing the module
enters what it adds, by the decorators `conformance.clauses`, `conformance.law` and `conformance.fault`.
`registry` holds what was entered; `loading` finds the plugins that are installed.
"""
