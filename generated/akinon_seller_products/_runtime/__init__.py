# Copied from the client generator's runtime; not to be edited here.
"""What every generated client rests on: ordinary modules, copied beside the generated ones as they are.

Nothing here knows an API. `flow` describes conversations with a server as generators, so that retries,
pages, batches and bulk writes exist once; `transport` carries them out, with and without `await`.
"""
