"""Property tests check what is true, not how fast a shared machine happens to be."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
