"""What a WSGI server serves: one deployment, configured by the environment (`idp serve` runs this)."""

import os

from idp import logs
from idp.app import create_app
from idp.services import wire
from idp.settings import Settings

_settings = Settings.from_env(os.environ)
logs.configure(_settings.log_format)
_services = wire(_settings)
_services.refresher.start()
app = create_app(_services)
