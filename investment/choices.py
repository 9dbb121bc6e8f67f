"""Closed lists of codes with their labels; the stages of a prospect are in workflow.py."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.choices import ORIGIN

ACTIVITY = [
    ("outbound", pgettext_lazy("活动类型", "外出招商")),
    ("inbound", _("企业来访")),
    ("event", pgettext_lazy("活动类型", "招商活动")),
]
VISIT_KIND = [("first", _("首访")), ("again", _("复访"))]
CHANNEL = [
    ("association", _("行业协会")),
    ("alliance", _("企业联合")),
    ("team", _("专业团队")),
    ("government", _("政府")),
    ("platform", _("平台")),
    ("referral", _("以商招商")),
    ("self", _("自荐")),
]
# The way of working the district publishes: 行业协会 + 企业联合 + 专业团队 + 政府.
FOUR_CHANNELS = ("association", "alliance", "team", "government")
LOST_REASON = [
    ("land", _("用地、空间不能满足")),
    ("energy", _("能耗、环保不能满足")),
    ("policy", _("政策诉求不能满足")),
    ("market", _("投资方市场判断变化")),
    ("funds", _("投资方资金不足")),
    ("elsewhere", _("落户其他地区")),
    ("unqualified", _("不符合产业准入")),
    ("silent", _("长期失去联系")),
    ("other", _("其他")),
]
DEAL_TYPE = [
    ("intention", _("意向协议")),
    ("framework", _("框架协议")),
    ("formal", _("正式协议")),
]
DEAL_STATUS = [
    ("valid", _("有效")),
    ("performing", _("履约中")),
    ("changed", _("变更")),
    ("terminated", pgettext_lazy("协议", "终止")),
    ("rescinded", _("解除")),
    ("finished", _("履约完毕")),
]
DEAD = ("terminated", "rescinded")
FINAL = ("finished", *DEAD)
LAND_MODE = [
    ("new", _("新增用地")),
    ("existing", _("存量用地")),
    ("plant", _("标准厂房")),
    ("joint", _("合作盘活")),
    ("none", _("不涉及")),
]
CURRENCY = [
    ("CNY", _("人民币")),
    ("USD", _("美元")),
    ("EUR", _("欧元")),
    ("HKD", _("港元")),
    ("JPY", _("日元")),
    ("KRW", _("韩元")),
    ("SGD", _("新加坡元")),
]
CHAIN_TAG = [("strengthen", _("强链")), ("repair", _("补链")), ("extend", _("延链"))]
NODE_LEVEL = [("up", _("上游")), ("middle", _("中游")), ("down", _("下游"))]
NODE_STATE = [
    ("strong", pgettext_lazy("产业链", "强")),
    ("weak", pgettext_lazy("产业链", "弱")),
    ("missing", pgettext_lazy("产业链", "缺")),
]
# What signing at a node of this state does to the chain.
TAG_OF_STATE = {"strong": "strengthen", "weak": "repair", "missing": "extend"}
PROMISED_BY = [("enterprise", _("企业")), ("government", pgettext_lazy("承诺方", "政府"))]
COMMITMENT = [
    ("register", _("注册公司")),
    ("capital", _("出资到位")),
    ("start", _("开工建设")),
    ("finish", _("竣工")),
    ("operation", _("投产")),
    ("output", _("产值")),
    ("tax", _("税收")),
    ("jobs", _("就业")),
    ("land", _("供地")),
    ("road", _("道路配套")),
    ("utilities", _("水电气热配套")),
    ("policy", _("政策兑现")),
    ("approval", _("审批服务")),
    ("other", _("其他")),
]
COMMITMENT_STATE = [
    ("open", _("未到期")),
    ("overdue", _("逾期")),
    ("partly", _("部分兑现")),
    ("met", _("已兑现")),
    ("waived", _("免除")),
]
RECEIPT_KIND = [("domestic", _("内资")), ("foreign", _("外资"))]
RECEIPT_SUB_KIND = [
    ("capital", _("注册资本金")),
    ("fixed", _("固定资产投入")),
    ("equipment", _("设备")),
    ("land", _("土地款")),
    ("loan", _("股东贷款")),
    ("intangible", _("无形资产")),
]
EVIDENCE = [
    ("verification", _("验资报告")),
    ("bank", _("银行进账单")),
    ("equipment", _("设备清单或发票")),
    ("land", _("土地款票据")),
    ("commerce", _("商务系统记录")),
    ("customs", _("海关单据")),
    ("forex", _("外汇凭证")),
]
RECEIPT_STATUS = [
    ("pending", _("待认定")),
    ("recognised", _("已认定")),
    ("refused", pgettext_lazy("状态", "不予认定")),
]
TRANSFER_FORM = [
    ("transfer", _("转让")),
    ("licence", _("许可")),
    ("development", _("技术开发")),
    ("service", _("技术服务")),
    ("consulting", _("技术咨询")),
    ("equity", _("作价入股")),
    ("project", _("落地项目")),
]
TRANSFER_STAGE = [
    ("matching", _("对接")),
    ("signed", pgettext_lazy("成果转化", "签约")),
    ("pilot", _("中试")),
    ("production", pgettext_lazy("成果转化", "投产")),
]
INSTITUTE_KIND = [
    ("university", _("高等院校")),
    ("institute", _("科研院所")),
    ("company", _("科技企业")),
]
__all__ = ["ORIGIN"] + [name for name in dir() if name.isupper()]
