"""From the OpenAPI document that a server publishes to a contract: what its names, schemas and descriptions mean.

What is recognised becomes an OpenAPI Overlay beside the untouched document. All of it is inferred.
"""
