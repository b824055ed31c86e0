"""What a cashier may type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from portal.payments import rules
from portal.web.forms import Form


class CounterForm(Form):
    """The counter's receipt number and the amount that was taken."""

    receipt = StringField(
        _("Number of the counter receipt"),
        filters=[lambda value: rules.compact_transaction(value or "")],
        validators=[
            DataRequired(_("Enter the number of the counter receipt.")),
            Length(max=99, message=_("The number of the counter receipt has at most 99 characters.")),
            Regexp(rules.TRANSACTION, message=_("Use letters, digits, spaces, and . / _ - in the receipt number.")),
        ],
    )
    amount = StringField(_("Amount taken"), validators=[DataRequired(_("Enter the amount that you took."))])

    def __init__(self, total: Decimal, decimals: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.total, self.decimals = total, decimals

    def validate_amount(self, field: StringField) -> None:
        """The amount is the bill's total, to the smallest unit."""
        amount = rules.parse_amount(field.data or "", self.decimals)
        if amount is None:
            example = Decimal(165).quantize(Decimal(1).scaleb(-self.decimals))
            raise ValidationError(_("Enter the amount in figures, for example %(example)s.", example=example))
        if amount != self.total:
            raise ValidationError(_("The amount is not the total of the bill. A bill is paid whole."))
