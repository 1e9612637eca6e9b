# One image for web, workers, beat and migrations: the command says which (docker-compose.yml).
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /venv
RUN /venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV VAR_DIR=/var/lib/shopsync STATIC_ROOT=/app/staticfiles LOG_FORMAT=json
RUN useradd --system --uid 10001 --home-dir /var/lib/shopsync shopsync
RUN mkdir -p /var/lib/shopsync /app/staticfiles
RUN chown 10001 /var/lib/shopsync
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py gunicorn.conf.py ./
COPY shopsync ./shopsync
COPY imports ./imports
COPY exports ./exports
COPY runs ./runs
COPY shops ./shops
COPY transfer ./transfer
COPY shopify_client ./shopify_client
COPY templates ./templates
COPY static ./static
# The secret is for this step only and secret from nobody: collecting files signs nothing.
RUN SECRET_KEY=collecting VAR_DIR=/tmp/collecting python manage.py collectstatic --noinput --verbosity 0
USER shopsync
EXPOSE 8000
# Every process ends on SIGTERM: gunicorn answers what it has begun, a worker ends its slice.
STOPSIGNAL SIGTERM
CMD ["gunicorn", "shopsync.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2"]
