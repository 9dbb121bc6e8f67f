"""The sample's accounts: the sign-ins of the contract, and an officer and a head per department.

All persons are invented; their names begin with 示例.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts import roles
from accounts.models import Membership, Portfolio, User
from hangu.sample.signins import DEFAULT_PASSWORD

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: str
    department: str | None = None
    enterprise: str | None = None
    is_staff: bool = False
    is_principal: bool = False


FIXED = [
    Person("coordinator", "示例·赵督查", roles.COORDINATOR, "dc"),
    Person("coordinator_b", "示例·钱督查", roles.COORDINATOR, "dc"),
    Person("leader", "示例·孙副主任", roles.LEADER, "dzb"),
    Person("leader_b", "示例·周副主任", roles.LEADER, "dzb"),
    Person("principal", "示例·郑主任", roles.LEADER, "dzb", is_principal=True),
    Person("promoter", "示例·吴招商", roles.PROMOTER, "tz"),
    Person("promoter_b", "示例·魏招商", roles.PROMOTER, "tz"),
    Person("planner", "示例·冯项目", roles.PLANNER, "fg"),
    Person("auditor", "示例·陈审计", roles.AUDITOR),
    Person("security", "示例·褚安全", roles.SECURITY, is_staff=True),
    Person("administrator", "示例·卫系统", roles.ADMINISTRATOR, is_staff=True),
    Person("enterprise", "示例·沈经理", roles.ENTERPRISE, enterprise="lanxin"),
]


class NameTaken(Exception):
    """A sample sign-in's name belongs to somebody: his account is never touched."""


def everybody(departments):
    """[Person]: FIXED, then handler and head of each department that handles issues."""
    people = list(FIXED)
    handling = [code for code, row in departments.items() if row.is_active]
    # 住建局 first: its officer is the one the guides speak of.
    handling.sort(key=lambda code: (code != "zj", code != "zr"))
    for position, code in enumerate(handling):
        one, other = SURNAMES[position % len(SURNAMES)], SURNAMES[-1 - position % len(SURNAMES)]
        people.append(Person(f"handler_{code}", f"示例·{one}承办", roles.HANDLER, code))
        people.append(Person(f"head_{code}", f"示例·{other}负责", roles.HEAD, code))
    return people


def load_people(departments, enterprises):
    """{username: User}. Raises NameTaken when one of the names exists already."""
    people = everybody(departments)
    names = [person.username for person in people]
    if taken := User.objects.filter(username__in=names).values_list("username", flat=True):
        raise NameTaken(", ".join(sorted(taken)))
    # They share one password, so one hash serves all: each would take a third of a second.
    password = make_password(settings.SAMPLE_PASSWORD or DEFAULT_PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=person.username,
            name=person.name,
            password=password,
            email=f"{person.username}@sample.invalid",
            department=departments.get(person.department),
            enterprise=enterprises.get(person.enterprise),
            is_staff=person.is_staff,
            is_principal=person.is_principal,
        )
        for person in people
    )
    groups = {group.name: group for group in Group.objects.filter(name__in=roles.ROLES)}
    Membership.objects.bulk_create(
        Membership(user=user, group=groups[person.role])
        for user, person in zip(users, people, strict=True)
    )
    loaded = {user.username: user for user in users}
    for code, department in departments.items():
        leader = loaded["leader" if code == "zj" else "leader_b"]
        Portfolio.objects.get_or_create(department=department, defaults={"leader": leader})
    return loaded
