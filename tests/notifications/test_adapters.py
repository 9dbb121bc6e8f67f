"""Each provider's own way, against a server that answers as they do: HTTP 200 is no success."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache

from notifications import adapters, outbound
from notifications.adapters import Ambiguous, Note, Permanent, Temporary, Unreachable
from notifications.models import Gateway
from tests.notifications.provider import Provider

NOTE = Note(
    "hangu-7", "【汉沽管理区】到期提醒 https://portal.example.test/issues/1/", "13800001234"
)

DINGTALK = "lkcPI1uoxBY1gUnCnnPH1Kkru0Hqjo7rFpA3haIVhEQ="
FEISHU = "j/tImR0k8vYXRsYw0+GHVQkV1v/J/8obOuMU7PE/KDo="
ALIYUN = "Ais2gsCxty+kWg7cRR6hwgv5fpw="


@pytest.fixture
def provider(settings):
    cache.clear()
    with Provider() as provider:
        settings.CHANNEL_HOSTS = [provider.host]
        yield provider


def gateway(server, channel, **fields):
    fields = {"key": "KEY-of-ours", "secret": "SECRET-of-ours", "endpoint": server.url} | fields
    return Gateway(pk=1, channel=channel, **fields)


def test_wecom_robot(provider):
    adapters.send(gateway(provider, "wecom_robot"), NOTE)
    [asked] = provider.asked
    assert (asked["path"], asked["query"]) == ("/cgi-bin/webhook/send", {"key": "KEY-of-ours"})
    assert asked["body"]["text"] == {
        "content": NOTE.text,
        "mentioned_mobile_list": ["13800001234"],
    }


def test_dingtalk_signs_and_encodes_once(provider):
    adapters.send(gateway(provider, "dingtalk"), NOTE)
    [asked] = provider.asked
    assert "%25" not in asked["raw_query"]
    stamp, sign = asked["query"]["timestamp"], asked["query"]["sign"]
    assert sign == adapters.dingtalk_sign("SECRET-of-ours", stamp)
    assert abs(int(stamp) / 1000 - time.time()) < 60
    assert asked["body"]["at"] == {"atMobiles": ["13800001234"]}


def test_signatures_are_those_of_the_providers():
    # Computed once with openssl dgst -sha256 / -sha1 -hmac, as the providers' documents say.
    assert adapters.dingtalk_sign("SEC123", "1700000000000") == DINGTALK
    assert adapters.feishu_sign("SEC123", "1700000000") == FEISHU
    params = {"Action": "SendSms", "PhoneNumbers": "13800001234", "SignName": "汉沽 区*~"}
    assert adapters.aliyun_sign("testsecret", params) == ALIYUN


def test_feishu(provider):
    provider.answers["/"] = (200, {"code": 0})
    adapters.send(gateway(provider, "feishu"), NOTE)
    [asked] = provider.asked
    assert asked["path"] == "/open-apis/bot/v2/hook/KEY-of-ours"
    assert asked["body"]["sign"] == adapters.feishu_sign(
        "SECRET-of-ours", asked["body"]["timestamp"]
    )


def test_wecom_application_fetches_its_token_once_and_again_when_it_has_run_out(provider):
    provider.answers = {
        "/cgi-bin/gettoken": (200, {"errcode": 0, "access_token": "T1", "expires_in": 7200}),
        "/cgi-bin/message/send": (200, {"errcode": 0, "msgid": "m-1"}),
    }
    way = gateway(provider, "wecom", account="corp", agent="1000002")
    assert [adapters.send(way, NOTE) for _n in range(2)] == ["m-1", "m-1"]
    assert [asked["path"][-8:] for asked in provider.asked] == ["gettoken", "age/send", "age/send"]
    provider.answers["/cgi-bin/message/send"] = (200, {"errcode": 42001, "errmsg": "expired"})
    with pytest.raises(Permanent):
        adapters.send(way, NOTE)
    assert [asked["path"][-8:] for asked in provider.asked[3:]] == [
        "age/send",
        "gettoken",
        "age/send",
    ]


def test_wecom_says_who_does_not_exist_beside_its_zero(provider):
    provider.answers = {
        "/cgi-bin/gettoken": (200, {"errcode": 0, "access_token": "T1"}),
        "/cgi-bin/message/send": (200, {"errcode": 0, "invaliduser": "13800001234"}),
    }
    with pytest.raises(Permanent) as raised:
        adapters.send(gateway(provider, "wecom"), NOTE)
    assert raised.value.bad_address


def test_sms_gateway_and_webhook_are_signed(provider):
    for channel in ("sms", "webhook"):
        adapters.send(gateway(provider, channel), NOTE)
        asked = provider.asked[-1]
        headers = asked["headers"]
        sign = adapters.signature("SECRET-of-ours", headers["X-Hangu-Timestamp"], asked["raw"])
        assert headers["X-Hangu-Signature"] == f"sha256={sign}"
    assert provider.asked[0]["body"]["out_id"] == "hangu-7"
    assert provider.asked[1]["body"]["id"] == "hangu-7"


def test_aliyun(provider):
    provider.answers["/"] = (200, {"Code": "OK", "BizId": "9006"})
    way = gateway(provider, "sms", provider="aliyun", account="汉沽", agent="SMS_1")
    assert adapters.send(way, NOTE) == "9006"
    sent = {key: value[0] for key, value in provider.asked[0]["body"].items()}
    sign = sent.pop("Signature")
    assert sign == adapters.aliyun_sign("SECRET-of-ours", sent)
    assert (sent["OutId"], sent["PhoneNumbers"]) == ("hangu-7", "13800001234")


MINUTE = timedelta(minutes=1)
ANSWERS = [
    ("wecom_robot", 200, {"errcode": 0}, None),
    ("wecom_robot", 200, {"errcode": 93000, "errmsg": "invalid webhook"}, Permanent),
    ("wecom_robot", 200, {"errcode": 45009}, Temporary),
    ("wecom_robot", 200, {}, Permanent),
    ("wecom_robot", 200, "<html>网关</html>", Ambiguous),
    ("wecom_robot", 500, {"errcode": 0}, Temporary),
    ("wecom_robot", 403, "no", Permanent),
    ("wecom_robot", 429, "slower", Temporary),
    ("wecom_robot", 302, "", Permanent),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, Permanent),
    ("dingtalk", 200, {"errcode": 130101}, Temporary),
    ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, Permanent),
    ("feishu", 200, {"code": 9499}, Temporary),
    ("feishu", 200, {"StatusCode": 0}, None),
    ("sms", 200, {"code": "OK"}, None),
    ("sms", 200, {"code": "LIMIT"}, Temporary),
    ("sms", 200, {"code": "INVALID_PHONE"}, Permanent),
    ("webhook", 204, "", None),
    ("webhook", 404, "", Permanent),
    ("webhook", 503, "", Temporary),
]


@pytest.mark.parametrize(("channel", "status", "body", "error"), ANSWERS)
def test_what_an_answer_means(provider, channel, status, body, error):
    provider.answers["/"] = (status, body)
    way = gateway(provider, channel)
    if error is None:
        adapters.send(way, NOTE)
        return
    with pytest.raises(error):
        adapters.send(way, NOTE)
    assert len(provider.asked) == 1


def test_a_blocked_robot_is_left_alone_for_ten_minutes(provider):
    provider.answers["/"] = (200, {"errcode": 130101, "errmsg": "send too fast"})
    with pytest.raises(Temporary) as raised:
        adapters.send(gateway(provider, "dingtalk"), NOTE)
    assert raised.value.pause == timedelta(minutes=10)


def test_a_cut_line_is_ambiguous_and_a_closed_door_is_not(provider):
    provider.behave = "cut"
    with pytest.raises(Ambiguous):
        adapters.send(gateway(provider, "webhook"), NOTE)
    outside = gateway(provider, "webhook", endpoint="http://127.0.0.1:9")
    with pytest.raises(Permanent, match="CHANNEL_HOSTS"):
        adapters.send(outside, NOTE)
    provider.server.shutdown()
    provider.server.server_close()
    with pytest.raises(Unreachable):
        adapters.send(gateway(provider, "webhook"), NOTE)


def test_no_error_holds_a_key(provider):
    provider.answers["/"] = (200, {"errcode": 1, "errmsg": "bad KEY-of-ours SECRET-of-ours"})
    with pytest.raises(Permanent) as raised:
        adapters.send(gateway(provider, "wecom_robot"), NOTE)
    assert "-of-ours" not in str(raised.value)


def test_a_trickle_and_a_flood_end(provider, monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 1)
    provider.behave = "trickle"
    began = time.monotonic()
    with pytest.raises((Ambiguous, Permanent)):
        adapters.send(gateway(provider, "wecom_robot"), NOTE)
    assert time.monotonic() - began < 4
    provider.behave = "flood"
    _status, text = outbound.call("GET", provider.url)
    assert len(text) == outbound.BYTES


@pytest.mark.parametrize(
    "url",
    """http://127.0.0.1:6379 http://169.254.169.254 http://[::1] http://0x7f000001 file:///etc/passwd
    http://2130706433 http://10.0.0.1 http://100.64.0.1 gopher://qyapi.weixin.qq.com
    https://user:pw@qyapi.weixin.qq.com https://qyapi.weixin.qq.com:22 http://qyapi.weixin.qq.com
    https://qyapi.weixin.qq.com.evil.cn https://evil.cn/qyapi.weixin.qq.com http:// //x""".split(),
)
def test_addresses_that_lead_elsewhere_are_refused(url):
    with pytest.raises(outbound.Refused):
        outbound.call("GET", url)


def test_a_listed_name_that_leads_inside_is_not_called(monkeypatch):
    # What F2 of the practice page does with DNS: the public name resolves to an inner address.
    inner = [(2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *args, **kwargs: inner)
    with pytest.raises(outbound.NotSent):
        outbound.call("GET", "https://qyapi.weixin.qq.com/")
