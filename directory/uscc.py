"""统一社会信用代码: 18 characters, the last one a check character (GB 32100-2015, modulus 31)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))


def check_character(first17):
    """The 18th character that belongs to the first 17; ValueError when one is not in the
    standard's alphabet.
    """
    total = sum(
        ALPHABET.index(character) * weight
        for character, weight in zip(first17, WEIGHTS, strict=True)
    )
    return ALPHABET[-total % 31]


def is_valid(code):
    """Whether `code` is 18 characters of the alphabet with the right check character."""
    try:
        return len(code) == 18 and code[17] == check_character(code[:17])
    except ValueError:
        return False
