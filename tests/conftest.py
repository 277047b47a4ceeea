"""Settings of the whole suite."""

from hypothesis import settings

# The same examples in every run: a change that turns a test red is the change's own doing. To look for new ones, give
# --hypothesis-profile=default.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
