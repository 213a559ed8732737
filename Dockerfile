# Two images, by their targets; the command says which program runs. `media`, for worker and recorder,
# has FFmpeg with encoders under the GPL (docs/licences.md). `plain`, for the others, has none of it.
FROM python:3.13-slim AS build
WORKDIR /holdfast
RUN python -m venv /venv
COPY requirements.lock requirements-console.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
# Node.js builds the console, in an environment that the image doesn't get.
RUN python -m venv /node && /node/bin/pip install --no-cache-dir --require-hashes -r requirements-console.lock
COPY pyproject.toml README.md ./
COPY app app
COPY db db
COPY ingest ingest
COPY workers workers
COPY client client
RUN /node/bin/python app/console/build.py
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation . ./client

FROM build AS without-media
RUN /venv/bin/pip uninstall --yes av

FROM python:3.13-slim AS base
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER nobody
EXPOSE 8080 8883
CMD ["holdfast", "api"]

FROM base AS media
COPY --from=build /venv /venv

FROM base AS plain
COPY --from=without-media /venv /venv
