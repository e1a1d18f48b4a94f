"""What kind of question it is, and in whose language: features, classifiers, the choice of a persona."""
