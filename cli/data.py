"""Opens the data as the settings say: in DATA_DIR, or where DATABASE_URL and FILES_URL say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.settings import DataSettings
    from service.stickers import StickerService


async def open_data(settings: DataSettings, **options: Any) -> StickerService:
    """Open or create the data; `options` are those of `StickerService.open`. Raises `StorageError`, OSError."""
    from service.stickers import StickerService

    export_aws(settings)
    url = settings.database_url.get_secret_value()
    return await StickerService.open(settings.data_dir, url, settings.files_url, **options)


def export_aws(settings: DataSettings) -> None:
    """Put what `.env` says of the object store where its client, like every program for S3, looks for it."""
    values = {
        "AWS_ENDPOINT_URL": settings.aws_endpoint_url or "",
        "AWS_REGION": settings.aws_region,
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key.get_secret_value(),
    }
    for name, value in values.items():
        if settings.files_url.startswith("s3:") and value:
            os.environ.setdefault(name, value)


def explain(error: Exception) -> str:
    """Return why the data cannot be opened: of the system's errors, which file or folder it is about."""
    if not isinstance(error, OSError) or not error.filename:
        return str(error)
    path = Path(error.filename)
    if isinstance(error, FileExistsError | NotADirectoryError):
        file = next((each for each in (path, *path.parents) if each.is_file()), path)
        return f"{file} is a file, and must be a folder"
    return f"{path}: {error.strerror}"
