"""The sample sign-ins, all with one password: SAMPLE_PASSWORD, or this one while DEBUG is on."""

DEFAULT_PASSWORD = "Hangu-2026-demo"

# (username, who it is)
SIGN_INS = [
    ("coordinator", "督查协调"),
    ("handler_zj", "住建局承办人"),
    ("head_zj", "住建局负责人"),
    ("handler_zr", "自然资源局承办人"),
    ("leader", "包联领导"),
    ("promoter", "招商局"),
    ("planner", "项目办"),
    ("auditor", "审计员"),
    ("security", "安全管理员"),
    ("administrator", "系统管理员"),
    ("enterprise", "唐山市蓝欣玻璃"),
]
