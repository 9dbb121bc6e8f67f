"""Ways out of the portal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Ways out of the portal; the inbox is none of them, because a message is itself there."""

    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信应用消息")
    WECOM_ROBOT = "wecom_robot", _("企业微信群机器人")
    DINGTALK = "dingtalk", _("钉钉群机器人")
    FEISHU = "feishu", _("飞书群机器人")
    WEBHOOK = "webhook", _("通用网络回调")


# Robots speak to a group, so a person is reached there only if he wants to be.
ROBOTS = (Channel.WECOM_ROBOT, Channel.DINGTALK, Channel.FEISHU, Channel.WEBHOOK)
# Whose provider knows people by names of its own; a robot may do without (nobody is then named).
NAMED = (Channel.WECOM,)
# A copy costs money or trust here: what may have arrived is not sent again by itself.
COSTLY = (Channel.SMS,)
# What a person gets without having said anything, and what nobody can turn off in urgent matters.
USUAL = (Channel.EMAIL,)
OBLIGATORY = (Channel.EMAIL, Channel.SMS, Channel.WECOM)
# What one timed task looks after: a lane in trouble keeps no other waiting.
LANES = {
    "mail": (Channel.EMAIL,),
    "robots": (Channel.WECOM, *ROBOTS),
    "sms": (Channel.SMS,),
}
