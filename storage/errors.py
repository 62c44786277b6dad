"""What can go wrong while keeping things.

StorageError            code              retryable
├── DatabaseBusy        database_busy     yes   another process holds the database for longer than the timeout
├── DiskFull            disk_full         yes   no room for a row or a file
├── FileGone            file_gone         no    a photo or result past its lifetime, or deleted by /forget
├── FilesUnreachable    files_unreachable yes   the object store or the shared folder does not answer, or refuses us
├── SchemaTooNew        schema_too_new    no    the database was written by a newer version
└── DatabaseBroken      database_broken   no    the file is no database, or damaged
"""

from __future__ import annotations

from typing import ClassVar


class StorageError(Exception):
    """Root of the tree; `code` is what the entrances translate into a sentence."""

    code: ClassVar[str] = "storage_error"
    retryable: ClassVar[bool] = False


class DatabaseBusy(StorageError):
    """Another process holds the database for longer than the timeout."""

    code = "database_busy"
    retryable = True


class DiskFull(StorageError):
    """No room for a row or a file."""

    code = "disk_full"
    retryable = True


class FileGone(StorageError):
    """A photo or result past its lifetime, or deleted by its owner."""

    code = "file_gone"


class FilesUnreachable(StorageError):
    """The object store or the shared folder does not answer, or refuses us: a file is neither there nor gone."""

    code = "files_unreachable"
    retryable = True


class SchemaTooNew(StorageError):
    """The database was written by a newer version of this program."""

    code = "schema_too_new"


class DatabaseBroken(StorageError):
    """The file is no SQLite database, or it is damaged."""

    code = "database_broken"
