"""Places in packs: an edited sticker takes that of the one it was made from. Knows no chat."""

from __future__ import annotations

from service.stickers import StickerService
from storage.records import Job, Sticker, StickerState


async def holder_of(service: StickerService, job: Job) -> Sticker | None:
    """Return the sticker that is now in the place of a job's: itself, or one it was edited from or to.

    None where none of them is in a pack.
    """
    jobs = {each.id: each for each in await service.jobs_of(job.owner)}

    def first(job_id: str) -> str:
        while (each := jobs.get(job_id)) is not None and each.replaces:
            job_id = each.replaces
        return job_id

    for each in reversed(jobs.values()):
        if first(each.id) == first(job.id):
            row = await service.packs.sticker(each.id)
            if row is not None and row.state is StickerState.IN_PACK:
                return row
    return None
