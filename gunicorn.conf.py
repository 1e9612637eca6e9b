"""What every gunicorn of this program has in common; the command line says the rest."""

from shopsync import settings  # what is wrong with these is said here, before any worker is started

worker_class = "gthread"
threads = 8
timeout = 120
graceful_timeout = 30
logconfig_dict = settings.LOGGING
