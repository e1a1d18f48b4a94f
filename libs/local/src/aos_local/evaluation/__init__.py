"""The backing services in containers, one a process, for the chart's evaluation mode."""
