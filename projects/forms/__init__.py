"""One form a deed; see projects/deeds.py. Each says what will happen and takes the deed."""
