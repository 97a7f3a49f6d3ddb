"""Distillation: what a teacher is worth to its students, against training without one."""
