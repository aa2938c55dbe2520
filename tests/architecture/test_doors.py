"""Doors write nothing: no model, no query set and no database connection is ever in their hands."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import place, python_files, tree_of

DOORS = ("web", "rest_api", "ws_api", "grpc_api", "adminshell")

MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
QUERY_SET_METHODS = frozenset(
    {"filter", "exclude", "all", "get", "first", "last", "order_by", "select_related", "prefetch_related", "using"}
)
WRITES_OF_QUERY_SETS = frozenset({"create", "acreate", "update", "aupdate", "delete", "adelete"})
WRITES_OF_THE_ORM_ALONE = frozenset(
    {
        "bulk_create", "abulk_create", "bulk_update", "abulk_update", "get_or_create", "aget_or_create",
        "update_or_create", "aupdate_or_create", "select_for_update", "save", "asave", "full_clean", "refresh_from_db",
    }
)  # fmt: skip
WAYS_TO_A_MODEL = frozenset(
    {
        "get_model", "get_models", "get_user_model", "get_object_or_404", "get_list_or_404",
        "ModelForm", "ModelSerializer", "ModelViewSet", "modelform_factory",
    }
)  # fmt: skip
KNOWN_OF_THE_DATABASE = frozenset(
    {"Error", "DatabaseError", "IntegrityError", "InterfaceError", "OperationalError", "close_old_connections"}
)
"""All that a door may know of ``django.db``: how to tell that it is away, and how to give a connection back."""


def faults_of(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """What a door may not do, and where it does."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in MANAGERS:
                yield node, f"reaches for a manager, .{name}"
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in WAYS_TO_A_MODEL:
                yield node, f"reaches for a model, {name}"
            case ast.Call(func=ast.Attribute(attr=name)) if name in WRITES_OF_THE_ORM_ALONE:
                yield node, f"writes by itself, .{name}()"
            case ast.Call(func=ast.Attribute(attr=name, value=receiver)) if name in WRITES_OF_QUERY_SETS:
                if _is_query_set(receiver):
                    yield node, f"writes to a query set, .{name}()"
            case ast.ImportFrom(module=module, names=names) if module and module.split(".")[:2] == ["django", "db"]:
                for alias in names:
                    if module != "django.db" or alias.name not in KNOWN_OF_THE_DATABASE:
                        yield node, f"imports {alias.name} of {module}"
            case ast.ImportFrom(names=names):
                for alias in names:
                    if alias.name in WAYS_TO_A_MODEL:
                        yield node, f"imports {alias.name}"
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.split(".")[:2] == ["django", "db"]:
                        yield node, f"imports {alias.name}"


def _is_query_set(receiver: ast.expr) -> bool:
    """Whether an expression is one by its own look: ``Order.objects``, ``account.grants.filter(...)``."""
    match receiver:
        case ast.Attribute(attr=name):
            return name in MANAGERS or name.endswith("_set")
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in QUERY_SET_METHODS
    return False


@pytest.mark.parametrize("door", DOORS)
def test_a_door_writes_nothing_itself(door):
    found = [f"{place(path, node)} {fault}" for path in python_files(door) for node, fault in faults_of(tree_of(path))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "Order.objects.get(pk=1)",
        "Order._default_manager.all()",
        "order.save()",
        "order.save(update_fields=['price'])",
        "orders.filter(pk=1).update(price=1)",
        "account.grants.all().delete()",
        "user.apikey_set.create(name='x')",
        "rows.bulk_create([])",
        "apps.get_model('market', 'Order')",
        "from django.apps import apps\nmodel = apps.get_model",
        "from django.db import connection",
        "from django.db import transaction",
        "from django.db.models import F",
        "import django.db",
        "from django.contrib.auth import get_user_model",
        "from django.shortcuts import get_object_or_404",
        "class OrderForm(forms.ModelForm): ...",
    ],
)
def test_what_a_door_may_not_do_is_noticed(line):
    assert list(faults_of(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "users.create(username='ada', password='x')",
        "headers.update({'Allow': 'GET'})",
        "errors.update(error.detail if error else {})",
        "request.session.get('next')",
        "response.delete_cookie('x')",
        "def delete(self, request): ...",
        "orders.cancel(order_id, actor=actor)",
        "from django.db import InterfaceError, OperationalError",
        "from django.db import close_old_connections",
    ],
)
def test_what_a_door_may_do_passes(line):
    assert list(faults_of(ast.parse(line))) == []
