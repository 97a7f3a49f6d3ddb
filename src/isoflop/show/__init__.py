"""Results for people: figures as plain numbers, thin drawers, terminal cards, one-file reports."""
