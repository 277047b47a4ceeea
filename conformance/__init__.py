"""The conformance suite: laws derived from the contract, tried on a server that is seen only through HTTP."""
