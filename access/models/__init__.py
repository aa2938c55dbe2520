"""Rows of access and their constraints, one file per noun."""

from access.models.api_key import ApiKey
from access.models.audit_entry import AuditEntry, AuditHead
from access.models.signature_use import SignatureUse
from access.models.ssh_key import SshKey
from access.models.user import User

__all__ = ["ApiKey", "AuditEntry", "AuditHead", "SignatureUse", "SshKey", "User"]
