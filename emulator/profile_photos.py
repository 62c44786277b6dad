"""Profile photos of people: what getUserProfilePhotos answers."""

from __future__ import annotations

from emulator.call_parameters import FilePart
from emulator.people import store
from emulator.state import Person
from emulator.world import World


async def add_profile_photo(world: World, person: Person, photo: bytes) -> None:
    """Put a photo before a person's others. Raises `Refusal` not_a_picture, too_large."""
    media = await store(world, "photo", FilePart(photo, "photo.jpg", "image/jpeg"))
    person.photos.insert(0, media.files)
    world.events.add("profile_photo", frozenset(world.people), {"user": person.id, "bot": world.bots[0].username})


def remove_profile_photos(world: World, person: Person) -> None:
    """Remove all of a person's profile photos."""
    person.photos.clear()
    world.events.add("profile_photo", frozenset(world.people), {"user": person.id, "bot": world.bots[0].username})
