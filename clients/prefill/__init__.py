"""The prefill kit: forms whose known fields fill themselves, and counts of what still had to be typed.

Declare a `Form`; `Prefill.of(form, claims)` puts UserInfo into it, the macro in `templates/partials/prefill.html` draws
it, `submit` checks what was typed, `reconcile` compares later, `meter.Report` is what the gate is told: counts.
See docs/how-to/prefill-a-form.md.
"""

from clients.prefill.checks import LONGEST_NUMBER as LONGEST_NUMBER
from clients.prefill.form import (
    REUSABLE as REUSABLE,
    Field as Field,
    Form as Form,
    Kind as Kind,
    Section as Section,
    Words as Words,
)
from clients.prefill.reconcile import Reconciled as Reconciled, reconcile as reconcile
from clients.prefill.submission import (
    Count as Count,
    Prefill as Prefill,
    Submission as Submission,
    submit as submit,
)
from clients.prefill.values import (
    Known as Known,
    as_text as as_text,
    known_values as known_values,
    withheld as withheld,
)
