"""What a table, a fit or a backtest says of the fields of one section, one file a section."""
