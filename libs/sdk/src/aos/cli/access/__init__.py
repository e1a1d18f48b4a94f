"""Commands about access: people, passwords, sessions, programs and their keys."""
