"""The stories that are still going on at the anchor, in every state the portal knows."""

from hangu.sample.endings import tell_endings
from hangu.sample.walks import Story

VISITED = "已到现场查看，正与相关单位研究解决方案，预计近日明确办理意见。"
PLANNED = "已制定解决方案并落实责任人员，正在组织实施，完成后第一时间反馈。"
ASKED = "已向上级主管部门请示有关政策口径，待回复后答复企业。"


class Teller:
    """Begins stories. `topics`: {key: Topic}; `limits`: {category code: working days to resolve}"""

    def __init__(self, topics, limits):
        self.topics, self.limits, self.stories = topics, limits, []

    def __call__(self, topic, enterprise, **options):
        row = self.topics[topic]
        limit = self.limits[row.category]
        story = Story(topic, enterprise, row.department, row.category, limit, **options)
        self.stories.append(story)
        return story


def all_stories(topics, limits):
    """[Story] of the whole sample."""
    tell = Teller(topics, limits)
    for chapter in (tell_endings, waiting, handling, overdue, asking, tracking, judging):
        chapter(tell)
    return tell.stories


def waiting(tell):
    """Not assigned yet, or not signed yet."""
    tell("customs_help", "lanxin", by="enterprise").on(0).submit()
    tell("power_temporary", "huayi", says_category=False).on(0).submit()
    # 提交时名录中没有的企业，名称照录。
    tell("talent_flat", "示例新航精密部件有限公司", says_category=False).on(0).submit()
    tell("street_light", "anshun").on(1).submit()
    tell("construction_permit", "tengfei", email=True).on(0).submit().assign()
    tell("land_boundary", "mingya").on(0).submit().assign(co=["zj"])
    tell("hydrant", "kaida").on(2).submit().assign().on(0).urge("尚未见工作人员联系，请尽快安排。")
    moved = tell("water_pipe_size", "haorun").on(2).submit().assign(lead="sw").on(1).sign()
    moved.reassign("gs", "进水管改造由供水公司负责，改由供水公司主办。")


def handling(tell):
    """In progress and in time."""
    tell("completion_filing", "hengxin").on(3).submit().begin().on(1).update(VISITED)
    tell("power_capacity", "ruitai", email=True).to_be_due(-1).begin().on(2).update(VISITED)
    tell("recruit", "bokang").to_be_due(-2).begin().on(1).update(PLANNED)
    tell("fire_acceptance", "kaida").to_be_due(-2).begin(co=["xf"]).on(6).update(
        "已完成现场预查，提出整改建议三条。", by="handler_xf"
    )
    tell("dust_site", "hailan").to_be_due(-7).begin(co=["hb", "cg"]).on(4).update(
        "已布设颗粒物监测点，首日数据已提供主办部门。", visibility="internal", by="handler_hb"
    )
    told = tell("hightech", "zhichuang", by="promoter").to_be_due(-1).begin()
    told.update(PLANNED).on(1).update("企业研发台账还缺两个月，已提醒补齐。", visibility="internal")
    instructed = tell("height_bar", "tengfei").to_be_due(-6).begin().on(3)
    instructed.instruct("请交通局会同公安分局现场核实，既要保路安全，也要保企业运输。", -3)
    answered = tell("payment_arrears", "huayi").to_be_due(-5).begin().on(7)
    answered.instruct("清欠工作要一抓到底，请工信局提出还款安排。", 4).on(5)
    answered.answer_instruction("已约谈付款单位，对方承诺分三期付清，协议正在拟定。")
    answered.update("已约谈付款单位，还款协议正在拟定。")
    tell("gas_connection", "dexin").to_be_due(-3).begin().on(0).urge(
        "请注意衔接施工窗口。", by="coordinator"
    )
    noticed = tell("loan_renewal", "jingu", by="promoter").to_be_due(-4).begin().on(5)
    noticed.notice("blue", "贷款到期日临近，请排出银企对接时间表并书面答复。")


def overdue(tell):
    """Past the department's time: the ladder has spoken, and more of it the longer it lasts."""
    tell("odour", "bokang").to_be_due(0).begin().on(2).update(VISITED)
    late = tell("test_fee", "dexin").to_be_due(2).begin().on(4)
    late.update("正与检验机构协商集中检验时间。").on(0).urge("检验排期仍未确定，请抓紧。")
    answered = tell("water_pressure", "hailan").to_be_due(3).begin().on(0)
    answered.answer_notice("因水泵配件到货延迟未能按期办结，配件已到货，三日内完成更换。")
    worse = tell("storm_flood", "mingya").to_be_due(5).begin(co=["cg"]).on(7)
    worse.update("已清掏相邻路段雨水箅子。", by="handler_cg").on(1)
    worse.instruct("连日无进展，请水务局主要负责同志到现场研究。", -2, by="principal")
    tell("quality_dispute", "hengxin").to_be_due(3).begin().on(10).update(VISITED)
    pressing = tell("power_dips", "zhichuang").on(2).submit().begin(priority="critical")
    pressing.update("抢修人员已到场，正在逐段排查。")


def asking(tell):
    """The department has asked for more time or for another lead."""
    pending = tell("steam_pressure", "haorun").to_be_due(-4).begin().on(0)
    pending.ask_extension(-8, "procedure", "疏水阀需停汽更换，停汽窗口须与其他用户协商。")
    granted = tell("sewage_pipe", "fengyuan").to_be_due(3).begin().on(6)
    granted.ask_extension(-3, "investigation", "接口位置有地下管线，须先行物探。")
    granted.on(5).decide_extension("approve", "情况属实，同意延期，请向企业做好解释。")
    refused = tell("permit_bundle", "hailan").to_be_due(-1).begin().on(2)
    refused.ask_extension(-5, "materials", "等待企业补充材料。")
    refused.on(1).decide_extension("deny", "所缺材料可容缺受理，请按原期限办结。")
    second = tell("dust_site", "jinhe").to_be_due(5).begin().on(9)
    second.ask_extension(-2, "coordination", "涉及两家施工单位，需共同商定防尘方案。").on(8)
    second.decide_extension("approve", "同意延期，办结前每周报告进展。").on(0)
    second.ask_extension(-9, "force_majeure", "连续大风停工，防尘网无法按期铺设。")
    tell("truck_permit", "anshun").on(0).submit().assign().return_(
        "企业所述路段限行措施由交通运输部门提出，建议由其主办。"
    )
    kept = (
        tell("energy_review", "mingya")
        .on(4)
        .submit()
        .assign()
        .return_("项目立项不在我局，建议退回。")
    )
    kept.on(3).rule("deny", "节能审查属发展改革部门职责，请继续办理。").sign().contact()
    passed = (
        tell("expo_parking", "meitelong")
        .on(6)
        .submit()
        .assign(lead="jt")
        .return_("停车秩序管理和临时停车区域设置由城管部门负责。")
    )
    passed.on(5).rule("uphold", "理由成立，改由城管局主办。", lead="cg").on(4).sign().contact()
    passed.update(PLANNED)


def tracking(tell):
    """What cannot be solved soon and is followed with a rolling report date."""
    asked = tell("plot_expansion", "jinhe").to_be_due(-3).begin().on(1)
    asked.ask_tracking(-12, "地块须待国土空间规划局部调整批复后方可供应。")
    rolling = tell("bus_stop", "yunzhan").to_be_due(6).begin().on(12).update(VISITED).on(11)
    rolling.ask_tracking(3, "线路延伸须待车辆采购到位。")
    rolling.decide_tracking("approve", "同意跟踪办理，请按期报告。").on(4)
    rolling.report("车辆采购已完成招标，预计下月到位，线路走向已与企业商定。", -10)
    missed = tell("land_certificate", "dexin").to_be_due(10).begin().on(15)
    missed.ask_tracking(1, "权籍调查成果须经上级审核。").on(14).decide_tracking("approve")
    denied = tell("guarantee", "yunzhan").to_be_due(-5).begin().on(4)
    denied.ask_tracking(-15, "担保机构尽职调查需要时间。").on(3)
    denied.decide_tracking("deny", "担保机构承诺一周内完成调查，不需转为跟踪办理。")
    resumed = tell("plan_review", "ruitai").to_be_due(12).begin().on(18)
    resumed.ask_tracking(3, "控制性详细规划调整正在公示。").decide_tracking("approve").on(4)
    resumed.resume("规划调整已批复，恢复限时办理。").update(PLANNED)


def judging(tell):
    """Answered: waiting for the enterprise's judgement, sent back by it, or waiting to be closed"""
    tell("rd_deduction", "lanxin", by="enterprise").to_be_due(-1).begin().on(0).resolve()
    tell("emission_grade", "jingu", email=True).to_be_due(0).begin().on(2).update(PLANNED).on(
        1
    ).resolve(by="head_hb")
    tell("hazard_waste", "tengfei").to_be_due(2).begin().on(4).resolve().on(1).visit()
    twice = tell("social_security", "kaida").to_be_due(3).begin().on(5).resolve().on(1).visit()
    twice.on(0).visit()
    never = tell("skill_subsidy", "huayi").to_be_due(6).begin().on(8).resolve()
    never.on(4).visit().on(3).visit().on(2).visit(last=True)
    tell("export_refund", "mingya").to_be_due(2).begin().on(3).resolve().on(1).rate("satisfied")
    seen = tell("safety_training", "dexin").to_be_due(3).begin().on(4).resolve().on(1)
    seen.visit(rating="basically_satisfied", reason="培训时间希望再长一些。")
    again = tell("eia_approval", "hengxin").to_be_due(7).begin().on(8).resolve("请按程序等待。")
    again.on(2).rate("dissatisfied", "没有说明批复时间，也没有说明还缺什么。").on(1).contact()
    angry = tell("water_pipe_size", "bokang").to_be_due(12).begin().on(13).resolve("已列入计划。")
    angry.on(11).rate("dissatisfied", "只说列入计划，没有时间。").contact().on(9)
    angry.resolve("已确定改造方案，待落实资金。").on(1)
    angry.rate("dissatisfied", "仍然没有具体安排。").contact("负责人上门致歉并说明安排。", "visit")
    back = tell("label_rules", "fengyuan").to_be_due(16).begin().on(17).resolve().on(15)
    back.rate("satisfied").on(14).close().on(1).reopen("新标准实施问答已更新，原答复需要补充。")
    back.contact()
