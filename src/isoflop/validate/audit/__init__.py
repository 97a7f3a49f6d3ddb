"""The audit card: what a reader must know of a scaling study, and what nobody has said yet."""
