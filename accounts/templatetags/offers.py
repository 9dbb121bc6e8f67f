"""What pages offer a reader: {% offers user as offered %}."""

from django import template

from accounts import permissions

register = template.Library()


@register.simple_tag
def offers(user):
    return permissions.offers(user)
