"""Scenarios in which servers break; filled below."""


def scenarios(number):
    return {}
