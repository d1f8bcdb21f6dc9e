"""What several rules ask of a settlement."""

from __future__ import annotations

from mingcha.domain.claims import Settlement

# A bill that is not settled yet may still be stopped; a settled one concerns the fund only if the fund paid of it.
CONCERNS_THE_FUND = Settlement.settlement_id.is_missing() | (Settlement.fund_paid > 0)

# A ratio in ten-thousandths, and what it is a ratio of.
WHOLE = 10_000
in_scope_beyond_deductible = Settlement.in_scope_amount - Settlement.deductible_paid
