"""Reading one object: positions, queries, pages and jobs."""
