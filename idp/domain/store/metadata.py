"""Import every model, so that Alembic and tests see one MetaData."""

from __future__ import annotations

import idp.domain.audit.models
import idp.domain.authenticators.models
import idp.domain.authenticators.passkey_models
import idp.domain.cases.models
import idp.domain.citizens.models
import idp.domain.consent.models
import idp.domain.events.models
import idp.domain.exchange.agreement_models
import idp.domain.exchange.dispute_models
import idp.domain.exchange.models
import idp.domain.grants.models
import idp.domain.inventory.meter_models
import idp.domain.inventory.models
import idp.domain.keystore.models
import idp.domain.messages.models
import idp.domain.registry.models
import idp.domain.sessions.models
import idp.domain.store.stamps  # noqa: F401
from idp.domain.store.base import Base

metadata = Base.metadata
