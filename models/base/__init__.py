"""Values and tools that every system stands on; nothing here knows a system."""
