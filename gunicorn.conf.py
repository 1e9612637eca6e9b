"""What every gunicorn of this program has in common; the command line says the rest."""

import os

from shops.logs import configuration

worker_class = "gthread"
threads = 8
timeout = 120
graceful_timeout = 30
logconfig_dict = configuration(os.environ.get("LOG_FORMAT") or "line", os.environ.get("LOG_LEVEL") or "WARNING")
