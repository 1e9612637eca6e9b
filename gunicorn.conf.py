"""What every gunicorn of this program has in common; the command line says the rest."""

from shopsync import settings  # what is wrong with these is said here, before any worker is started

worker_class = "gthread"
threads = 8
timeout = 120
graceful_timeout = 30
control_socket_disable = True  # nobody controls it by one, and it would lie in a folder that services share
logconfig_dict = settings.LOGGING
