"""getFile."""

from __future__ import annotations

from emulator.errors import BotApiError, bad_request
from emulator.methods.registry import MethodCall, method
from emulator.state import Json


@method("getFile")
async def get_file(call: MethodCall) -> Json:
    """A download path for a file of at most 20 MB."""
    try:
        file = call.world.files.find(call.parameters.text("file_id"), call.bot.id)
    except BotApiError as error:
        raise bad_request("invalid file_id") from error
    if len(file.data) > call.world.rules.download_limit:
        raise bad_request("file is too big")
    until = call.world.now + call.world.rules.file_path_life_s
    path = call.world.files.hand_out(file, call.bot.id, until)
    return {**call.render.file(file), "file_path": path}
