"""Understanding: classifiers trained at start-up from reviewed utterances, in a process that ends."""
