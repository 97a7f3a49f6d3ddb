"""The scoreboard of forecasts: every table with its largest runs withheld, every law, rivals."""
