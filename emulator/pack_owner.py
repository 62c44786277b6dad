"""A pack owner's changes in the app, of which no bot is told."""

from __future__ import annotations

from emulator.errors import Refusal
from emulator.state import Person
from emulator.sticker_sets import StickerSet
from emulator.world import World


def find_pack(world: World, name: str) -> StickerSet:
    """Return a set by name, whoever's. Raises `Refusal` no_such_pack."""
    found = world.sets.get(name)
    if found is None:
        raise Refusal("no_such_pack", f"there is no pack {name}", 404)
    return found


def delete_pack(world: World, person: Person, name: str) -> None:
    """Delete an own set in the app. The bot is not told, and getStickerSet does not notice for minutes.

    Raises `Refusal` no_such_pack, not_yours.
    """
    found = find_pack(world, name)
    if found.owner is not person:
        raise Refusal("not_yours", "only the owner may delete a pack", 403)
    world.sets.delete_in_app(found, world.now)
    world.notify_pack(found, "deleted")


def delete_sticker(world: World, person: Person, unique_id: str) -> None:
    """Remove a sticker from an own set in the app. Raises `Refusal` no_such_sticker, not_yours."""
    file = world.files.find_unique(unique_id)
    found = world.sets.set_of(file) if file is not None else None
    if file is None or found is None:
        raise Refusal("no_such_sticker", "this sticker is in no pack", 404)
    if found.owner is not person:
        raise Refusal("not_yours", "only the owner may change a pack", 403)
    world.sets.remove_in_app(found, file)
    world.notify_pack(found, "changed")
