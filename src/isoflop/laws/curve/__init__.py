"""Curves along one axis: any metric against data, parameters or compute."""
