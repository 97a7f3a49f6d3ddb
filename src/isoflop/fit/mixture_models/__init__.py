"""Forms of the loss against the shares of a mixture; one file each, found by ``MODEL``."""
