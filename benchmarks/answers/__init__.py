"""The example company's questions, and what they are asked of; used by Q9 and by the tests of the NLP gateway."""
