"""Know AWS Support by every name that its plans have had."""

import re

__all__ = ["SUPPORT", "is_support"]

# Codes and product names: AWSSupportBusiness, AWSDeveloperSupport, OCBPremiumSupport (out of cycle
# billing), AWSEnterpriseOnRamp, AWSBusinessSupportPlus, AWS Support (Enterprise). staging.charges
# says it of charges, as x_is_support, with the same expression.
SUPPORT = (
    "(?im)^(aws|ocb|amazon web services)[ -]?(basic|developer|business|premium|enterprise)?[ -]?"
    "(support|on-?ramp)|^aws ?unified ?operations"
)


def is_support(service_code: object) -> bool:
    """Return whether a line of an invoice with this product code is of AWS Support."""
    return re.search(SUPPORT, str(service_code)) is not None
