"""The stories that have ended: closed off, declined, merged or withdrawn."""

from hangu.sample.walks import Story

SEEN = "已到现场核实情况，正在制定解决方案。"
DOING = "方案已确定，正在组织实施。"


def tell_endings(tell):
    for chapter in (ended_early, closed_in_time, closed_with_trouble):
        chapter(tell)


def ended_early(tell):
    tell("payment_arrears", "jingu").on(26).submit().decline(
        "litigation", "该纠纷已由人民法院立案受理，请依法通过诉讼程序主张权利，也可申请法律援助。"
    )
    tell("talent_flat", "lvyuan", says_category=False).on(9).submit().decline(
        "out_of_scope", "所涉房源由天津市有关区管理，请向当地人才服务窗口申请，我区可协助联系。"
    )
    tell("power_dips", "hengxin", key="dips", email=True).on(33).submit().begin().on(31).update(
        SEEN
    ).on(29).resolve().on(28).rate("satisfied").on(27).close()
    tell("power_dips", "huayi").on(32).submit().on(31).merge("dips")
    tell("road_damage", "anshun", key="road").on(24).submit().begin().on(20).update(DOING).on(
        14
    ).resolve().on(12).rate("basically_satisfied", "施工期间绕行标志不够清楚。").on(11).close()
    tell("road_damage", "tengfei").on(23).submit().assign().sign().on(22).merge("road")
    tell("recruit", "yunzhan").on(19).submit().begin().on(17).withdraw("已通过其他渠道招满人员。")
    tell("gas_price", "lanxin", by="enterprise").on(13).submit().withdraw(
        "已从公开渠道了解到政策。"
    )


def closed(story: Story, start, took, rating="satisfied", reason=""):
    """Submitted on day `start`, resolved `took` working days later, rated and closed after that"""
    story.on(start).submit().begin()
    if took > 2:
        story.on(start - 1).update(SEEN)
    story.on(start - took).resolve()
    return story.on(start - took - 1).rate(rating, reason).on(start - took - 2).close()


def closed_in_time(tell):
    closed(tell("licence_change", "jinhe"), 58, 1)
    closed(tell("loan_renewal", "haorun", by="promoter"), 57, 9)
    closed(tell("construction_permit", "lanxin", by="enterprise"), 55, 8)
    closed(tell("school_places", "ruitai", by="promoter"), 48, 4)
    closed(tell("land_certificate", "huayi", email=True), 46, 13)
    closed(tell("specialised", "yunzhan"), 44, 3)
    closed(tell("cold_storage", "xiangtian"), 39, 4)
    closed(
        tell("lab_match", "zhongbin", by="promoter"), 35, 5, "basically_satisfied", "盼早日出样。"
    )
    closed(tell("truck_permit", "kaida"), 28, 10)
    closed(tell("hydrant", "yunzhan"), 10, 4)


def closed_with_trouble(tell):
    # Late: the ladder wrote its notices, and the head answered.
    late = tell("sewage_pipe", "hailan").to_be_due(42).begin(co=["zj"])
    late.on(45).update("接口标高已复核，无意见。", by="handler_zj").on(40)
    late.answer_notice("因地下管线避让调整设计，已完成沟槽开挖，两日内通水。")
    late.resolve().on(39).rate("basically_satisfied", "时间拖得有些长。").on(38).close()
    urgent = tell("storm_flood", "fengyuan").on(36).submit().begin(priority="urgent")
    urgent.update("排涝泵车已到场。").resolve().on(35).rate("satisfied").on(34).close()
    longer = tell("fire_acceptance", "xiangtian").to_be_due(34).begin().on(38)
    longer.ask_extension(28, "materials", "等待企业完成防火门整改。")
    longer.on(37).decide_extension("approve", "同意延期。").on(31)
    longer.ask_extension(22, "procedure", "整改后须重新委托检测。").on(30)
    longer.decide_extension("approve", "同意，请务必按期办结。", by="leader").on(24)
    longer.resolve(by="head_zj").on(23).rate("satisfied").on(21).close()
    redone = tell("test_fee", "tengfei").to_be_due(27).begin().on(28).resolve("已转检验机构。")
    redone.on(26).rate("dissatisfied", "问题没有解决，只是转办。").contact().on(25)
    redone.resolve().on(23).rate("satisfied").on(22).close()
    unsolved = tell("land_boundary", "jingu").to_be_due(20).begin().on(23)
    unsolved.resolve(
        "经核查，双方界址以生效判决为准，行政机关不能另行确认，建议依法申请强制执行。",
        "unsolvable",
    ).on(21).visit(rating="basically_satisfied", reason="理解，但希望早点告知。").on(20).close()
    explained = tell("social_security", "zhongbin", by="promoter").to_be_due(15).begin().on(17)
    explained.resolve(outcome="explained").on(15).visit().on(14).visit().on(13).visit(last=True)
    explained.on(12).close("三次回访未接通，记为未评价，同意销号。")
    again = tell("odour", "haorun").to_be_due(31).begin().on(32).resolve().on(31).rate("satisfied")
    again.on(30).close().on(25).reopen("异味再次出现。").contact().on(22).resolve(
        "已对涉事企业立案处罚并安装在线监测，复测连续七日达标。"
    ).on(21).rate("satisfied").on(20).close()
