"""The kinds of places a scan can look at."""
