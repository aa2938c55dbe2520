"""The admin pages of access."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextareaWidget

from access.errors import AccessError
from access.models import ApiKey, AuditEntry, SshKey, User
from access.networks import caller_address
from access.records import Actor
from access.selectors import users
from access.services import ssh_keys


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


class SshKeyForm(forms.ModelForm):
    """A public key and whose it is. The service decides whether it is taken."""

    class Meta:
        model = SshKey
        fields = ["user", "name", "public_key"]
        widgets = {"public_key": UnfoldAdminTextareaWidget}

    def clean(self) -> dict[str, object]:
        """Show at the right field what the service would refuse."""
        cleaned: dict[str, object] = super().clean() or {}
        user, public_key = cleaned.get("user"), cleaned.get("public_key")
        if isinstance(user, User) and isinstance(public_key, str):
            try:
                ssh_keys.check(username=user.username, public_key=public_key)
            except AccessError as error:
                raise ValidationError({error.field or "public_key": error.detail}) from error
        return cleaned


@admin.register(SshKey)
class SshKeyAdmin(ReadOnlyAdmin):
    """The keys that operators come in with over SSH: added and revoked, never edited."""

    form = SshKeyForm
    list_display = ["fingerprint", "name", "user", "created_at", "revoked_at"]
    search_fields = ["fingerprint", "name", "user__username"]
    list_select_related = ["user"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Staff may register a key."""
        return bool(getattr(request.user, "is_staff", False))

    def save_model(self, request: HttpRequest, obj: SshKey, form: forms.ModelForm, change: bool) -> None:
        """Register the key through the service, which records it."""
        added = ssh_keys.add(
            username=obj.user.username, public_key=obj.public_key, name=obj.name, actor=_actor(request)
        )
        obj.pk, obj.fingerprint = added.key_id, added.fingerprint

    @admin.action(description="Revoke keys")
    def revoke(self, request: HttpRequest, queryset: "QuerySet[SshKey]") -> None:
        """Revoke each of the chosen keys; open sessions end with their next command."""
        for key in queryset:
            try:
                ssh_keys.revoke(key.fingerprint, actor=_actor(request))
                messages.success(request, f"{key.fingerprint} is revoked.")
            except AccessError as error:
                messages.error(request, f"{key.fingerprint}: {error.detail}")


def _actor(request: HttpRequest) -> Actor:
    actor = users.actor_of(int(request.user.pk or 0), door="admin", address=caller_address(request.META))
    assert actor is not None, "the admin is open to signed-in staff alone"
    return actor
