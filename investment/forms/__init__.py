"""One form a deed; see investment/deeds.py."""
