"""What the team wrote: a profile file, read and checked."""
