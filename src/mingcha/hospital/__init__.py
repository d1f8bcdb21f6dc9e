"""The hospital's own fine management: budgets, chronic-disease out-patients, DRG and DIP."""
