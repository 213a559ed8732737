# One image for api, broker, worker and migrate; the command says which.
FROM python:3.13-slim AS build
WORKDIR /holdfast
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY app app
COPY db db
COPY ingest ingest
COPY workers workers
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER nobody
EXPOSE 8080 8883
CMD ["holdfast", "api"]
