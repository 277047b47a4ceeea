"""From the contract to a client package: contract, plan, templates, files. See README.md."""
