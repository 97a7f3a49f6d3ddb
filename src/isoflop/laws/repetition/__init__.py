"""Loss when unique data are limited and repeated."""
