# One image for the web server, the worker, beat and the migrations; what it does is the command that it is given.
FROM python:3.12-slim AS packages
COPY requirements.txt /tmp/
RUN python -m venv /opt/slmo && /opt/slmo/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/slmo/bin:$PATH STATIC_COLLECTED=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SLMO_VAR=/srv/var STATIC_COLLECTED=1
RUN useradd --uid 10001 --home-dir /srv --shell /usr/sbin/nologin slmo && mkdir -p /srv/var /srv/slmo && chown slmo /srv/var
COPY --from=packages /opt/slmo /opt/slmo
WORKDIR /srv/slmo
COPY . .
RUN python tools/messages.py compile && SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0 && chown -R slmo /srv/var
USER slmo
EXPOSE 8000
CMD ["gunicorn", "slmo.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--timeout", "120", "--graceful-timeout", "20", "--no-control-socket", "--access-logfile", "-", "--worker-tmp-dir", "/dev/shm"]
