"""Loss against the shares of the training mixture."""
