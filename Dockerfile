# One image for api, broker, worker and migrate; the command says which.
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
RUN /node/bin/python app/console/build.py
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER nobody
EXPOSE 8080 8883
CMD ["holdfast", "api"]
