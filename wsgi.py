"""What a WSGI server serves: one deployment, configured by the environment (`idp serve` runs this)."""

import os

from idp.app import create_app
from idp.services import wire
from idp.settings import Settings

_services = wire(Settings.from_env(os.environ))
_services.refresher.start()
app = create_app(_services)
