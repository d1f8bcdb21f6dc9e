"""What people do with findings: case, publication, appeal, panel, deduction, sampling; decision strategy."""
