"""The admin pages of access."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from access.models import ApiKey, AuditEntry, User


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """People and their roles."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Rights", {"fields": ["role", "is_active", "is_staff", "is_superuser"]}),
    ]


class ReadOnlyAdmin(ModelAdmin):
    """Rows that are shown and searched, never edited here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: such rows are written by services alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit log."""

    list_display = ["happened_at", "actor_name", "door", "address", "action", "subject"]
    list_filter = ["action", "door"]
    search_fields = ["actor_name", "subject"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """API keys, without their secrets."""

    list_display = ["prefix", "name", "user", "created_at", "expires_at", "revoked_at"]
    search_fields = ["prefix", "name", "user__username"]
    exclude = ["secret_digest"]
