"""Which clause is tried when, what confirms a finding, and a run from its configuration to its report."""
