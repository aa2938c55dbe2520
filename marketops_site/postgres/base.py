"""The backend as Django looks for it: ``DATABASES["default"]["ENGINE"] = "marketops_site.postgres"``."""

import contextlib
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors

from marketops_site.postgres.patience import CHECK_S, PatientConnection, breaker

# Where there is no pool, Django asks the driver itself to connect. Whom the server has cut off for holding a
# transaction too long is as if the server had gone: the driver calls it an internal error.
AWAY = (psycopg.OperationalError, errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout)
DRIVER: Any = SimpleNamespace(**{**vars(psycopg), "connect": PatientConnection.connect, "OperationalError": AWAY})


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, asked with patience: ``OPTIONS["patience_s"]`` seconds for each answer, None for ever."""

    Database = DRIVER

    @property
    def pool(self) -> Any:
        """The pool of connections, which are patient from their making; None where there is none."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if options:
            options["connection_class"] = PatientConnection
        return super().pool

    def get_connection_params(self) -> dict[str, Any]:
        """What the driver is told, which knows no patience."""
        params: dict[str, Any] = super().get_connection_params()
        params.pop("patience_s", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that works. Raises OperationalError when there is none in time."""
        patience_s = self.settings_dict["OPTIONS"].get("patience_s")
        with contextlib.nullcontext() if patience_s is None else breaker.attempt():
            connection = super().get_new_connection(conn_params)
        connection.patience_s = patience_s
        return connection

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.patience_s = CHECK_S
        super()._close()  # type: ignore[misc]
