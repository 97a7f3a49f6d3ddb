"""Memory, time, energy and money of training layouts, and the search for the best one."""
