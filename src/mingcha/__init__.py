"""明察 (Mingcha): audits what medical insurance is asked to pay for, before, during and after settlement."""

__version__ = "0.1.0"
