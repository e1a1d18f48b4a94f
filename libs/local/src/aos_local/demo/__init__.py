"""The main job, shown: an example company, or the user's own folder, from its sources to the agents' findings."""
