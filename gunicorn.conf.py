"""What every gunicorn of this program has in common; the command line says the rest."""

from typing import Any

from gunicorn.glogging import Logger

from shops.logs import redact
from shopsync import settings  # what is wrong with these is said here, before any worker is started


class Redacting(Logger):  # type: ignore[misc]
    """An access log, where one is asked for, has a formatter of its own: addresses have tokens in them."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: redact(value) if isinstance(value, str) else value for name, value in atoms.items()}


logger_class = Redacting

worker_class = "gthread"
threads = settings.WEB_THREADS
timeout = 120
graceful_timeout = 30
control_socket_disable = True  # nobody controls it by one, and it would lie in a folder that services share
logconfig_dict = settings.LOGGING
