"""fal.ai's HTTP services: run, queue, storage, proxy."""
