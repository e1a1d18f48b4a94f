"""Ask: personas, routing of questions, the knowledge base, answers with citations."""
