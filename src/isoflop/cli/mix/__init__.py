"""Choose the shares of data sources: fit a mixing law, find the best mixture."""
