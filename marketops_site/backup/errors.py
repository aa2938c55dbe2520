"""What a backup or a restore refuses, each with one sentence for the person at the console."""


class BackupRefused(Exception):
    """It cannot be done; nothing was changed. The text says why and what would help."""
