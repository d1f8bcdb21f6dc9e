"""Connections of institutions' systems: given by administrators, read by the gateways, tried by the simulator."""
