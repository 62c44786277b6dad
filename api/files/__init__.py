"""Result files and uploads that callers fetch: served while they live, deleted after."""
