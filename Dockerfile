# syntax=docker/dockerfile:1

# The first stage makes a virtual environment; only that folder reaches the final image, so no
# compiler, pip cache or build tool does.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv --without-pip /opt/onboard \
    && python -m pip --python /opt/onboard/bin/python install --only-binary :all: --require-hashes -r requirements.lock
RUN python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --only-binary :all: --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && python -m pip --python /opt/onboard/bin/python install --no-deps dist/*.whl \
    && /opt/onboard/bin/python -m compileall -q /opt/onboard/lib

FROM python:3.13-slim
# Read-only root works: byte code is compiled above, and nothing is written but /state. There the
# vectors of the catalogue are kept, too, so that the next start need not compute them.
ENV PATH=/opt/onboard/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ONBOARD_CATALOGUE=/catalogue/resources.yaml \
    ONBOARD_DATABASE_URL=sqlite:////state/onboard.db \
    XDG_CACHE_HOME=/state/cache \
    ONBOARD_HOST=0.0.0.0
RUN python -m pip uninstall --yes pip \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin onboard \
    && install --directory --owner=10001 /state
COPY --from=build /opt/onboard /opt/onboard
# Mount your own folder over this one: -v "$PWD":/catalogue:ro
COPY resources.yaml /catalogue/resources.yaml
USER 10001
WORKDIR /catalogue
ENTRYPOINT ["onboard"]
# Only HTTP mode listens.
EXPOSE 3000
CMD ["serve"]
