# Copied from the client generator's runtime; not to be edited here.
"""The base of every generated client: ordinary modules, copied unchanged beside the generated ones.

Nothing here knows an API. `flow` describes conversations with a server as generators, so that retries,
pages, batches and bulk writes exist once; `transport` carries them out, with and without `await`.
"""
