from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"
    verbose_name = "Imports"

    def ready(self) -> None:
        from . import comparisons, hooks, kind

        kind.register()
        comparisons.register()
        hooks.connect()
