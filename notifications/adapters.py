"""The providers, one thin function each: how a note is written down for them and what their answer
means. HTTP 200 says nothing yet: only their own "0" is sent.

https://developer.work.weixin.qq.com/document/path/91770 (企业微信), …/path/90236 (its messages),
https://open.dingtalk.com/document/robots/custom-robot-access (钉钉),
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (飞书),
https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism (阿里云 RPC signature).
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from django.core.cache import cache

from notifications import outbound
from notifications.choices import Channel

BLOCKED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Note:
    """number: the delivery's, the same over every try; text: plain; address: whom the provider
    knows the reader as ("" in a group: nobody is named); facts: what a webhook gets beside it.
    """

    number: str
    text: str
    address: str = ""
    facts: dict | None = None


class Temporary(Exception):
    """Try again later; `pause` where the provider demands a longer one."""

    def __init__(self, said, pause=None):
        super().__init__(said)
        self.pause = pause


class Permanent(Exception):
    """Never try this again; `bad_address`: nobody of this name, so leave the address alone."""

    def __init__(self, said, bad_address=False):
        super().__init__(said)
        self.bad_address = bad_address


class Ambiguous(Exception):
    """Handed over perhaps: the line broke before the answer."""


class Unreachable(Exception):
    """The way itself is out of order; nothing is known about other messages."""


def send(gateway, note):
    """Hand a note to the gateway's provider; returns the provider's number of it ("" for none).

    Raises Temporary, Permanent, Ambiguous or Unreachable. No error text holds a key.
    """
    try:
        return SENDERS[gateway.channel](gateway, note)
    except outbound.Refused as error:
        raise Permanent(str(error)) from error
    except outbound.NotSent as error:
        raise Unreachable(str(error)) from error
    except outbound.Cut as error:
        raise Ambiguous(str(error)) from error


def _wecom_robot(gateway, note):
    url = f"{_base(gateway)}/cgi-bin/webhook/send"
    text = {"content": note.text}
    if note.address:
        text["mentioned_mobile_list"] = [note.address]
    said = _post(url, params={"key": gateway.key}, json={"msgtype": "text", "text": text})
    return _errcode(said, gateway, busy={-1: None, 45009: timedelta(minutes=1)})


def _wecom(gateway, note):
    """An application's message to one userid; the token is fetched again when it has run out."""
    body = {
        "touser": note.address,
        "msgtype": "text",
        "agentid": gateway.agent,
        "text": {"content": note.text},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }
    for fresh in (False, True):
        params = {"access_token": _wecom_token(gateway, fresh)}
        said = _post(f"{_base(gateway)}/cgi-bin/message/send", params=params, json=body)
        if said.get("errcode") not in (40014, 42001):
            break
    if said.get("errcode") in (40003, 81013) or (said.get("errcode") == 0 and _unknown_to(said)):
        raise Permanent("invalid userid", bad_address=True)
    return _errcode(said, gateway, busy={-1: None, 45009: timedelta(minutes=1)}, number="msgid")


def _unknown_to(said):
    return said.get("invaliduser") or said.get("unlicenseduser")


def _wecom_token(gateway, fresh):
    # By key as well: a changed secret must not go on with the former one's token.
    mark = hashlib.sha256(f"{gateway.account}{gateway.secret}".encode()).hexdigest()[:16]
    kept = f"notifications:wecom:{gateway.pk}:{mark}"
    token = None if fresh else cache.get(kept)
    if token is None:
        params = {"corpid": gateway.account, "corpsecret": gateway.secret}
        said = _read(*outbound.call("GET", f"{_base(gateway)}/cgi-bin/gettoken", params=params))
        _errcode(said, gateway, busy={-1: None})
        token = str(said.get("access_token", ""))
        cache.set(kept, token, max(int(said.get("expires_in", 7200)) - 300, 60))
    return token


def _dingtalk(gateway, note):
    params = {"access_token": gateway.key}
    if gateway.secret:
        stamp = str(round(time.time() * 1000))
        # Plain base64: requests encodes it once for the address.
        params |= {"timestamp": stamp, "sign": dingtalk_sign(gateway.secret, stamp)}
    body = {"msgtype": "text", "text": {"content": note.text}}
    if note.address:
        body["at"] = {"atMobiles": [note.address]}
    said = _post(f"{_base(gateway)}/robot/send", params=params, json=body)
    return _errcode(said, gateway, busy={-1: None, 130101: BLOCKED_FOR, 410100: BLOCKED_FOR})


def dingtalk_sign(secret, stamp):
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _feishu(gateway, note):
    mention = f'<at user_id="{note.address}"></at> ' if note.address else ""
    body = {"msg_type": "text", "content": {"text": mention + note.text}}
    if gateway.secret:
        stamp = str(int(time.time()))
        body |= {"timestamp": stamp, "sign": feishu_sign(gateway.secret, stamp)}
    said = _post(f"{_base(gateway)}/open-apis/bot/v2/hook/{quote(gateway.key, safe='')}", json=body)
    busy = {9499: timedelta(minutes=1), 11232: timedelta(minutes=1)}
    return _errcode(said, gateway, busy=busy, name="code", words="msg")


def feishu_sign(secret, stamp):
    """Feishu takes stamp and secret as the key, and nothing as the message."""
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _webhook(gateway, note):
    body = {"id": note.number, "text": note.text} | (note.facts or {})
    status, _text = _signed("POST", gateway.endpoint, gateway, body)
    if status in (408, 425, 429) or status >= 500:
        raise Temporary(f"HTTP {status}")
    if not 200 <= status < 300:
        raise Permanent(f"HTTP {status}")
    return ""


def _sms(gateway, note):
    if gateway.provider == "aliyun":
        return _aliyun(gateway, note)
    body = {
        "phone": note.address,
        "content": note.text,
        "sign_name": gateway.account,
        "template": gateway.agent,
        "out_id": note.number,
    }
    said = _read(*_signed("POST", gateway.endpoint, gateway, body))
    if said.get("code") in ("INVALID_PHONE", 1001):
        raise Permanent("invalid phone", bad_address=True)
    said["code"] = 0 if said.get("code") in (0, "0", "OK") else said.get("code", "none")
    busy = {"BUSY": None, "LIMIT": timedelta(minutes=1)}
    return _errcode(said, gateway, busy=busy, name="code", words="message", number="message_id")


def sms_arrived(gateway, number):
    """What an SMS gateway says of a note of unknown fate: True, False, or None when it cannot say.

    POST status_url {"out_id"} → {"code": 0, "status": "delivered" | "failed" | "unknown"}.
    """
    if not gateway.status_url:
        return None
    try:
        said = _read(*_signed("POST", gateway.status_url, gateway, {"out_id": number}))
    except (Temporary, Permanent, outbound.Refused, outbound.NotSent, outbound.Cut):
        return None
    return {"delivered": True, "failed": False}.get(said.get("status"))


def _aliyun(gateway, note):
    """Aliyun's SendSms without its SDK of thirty packages; account: the sign, agent: the template,
    which has one variable, "text".
    """
    params = {
        "AccessKeyId": gateway.key,
        "Action": "SendSms",
        "Format": "JSON",
        "OutId": note.number,
        "PhoneNumbers": note.address,
        "SignName": gateway.account,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": uuid.uuid4().hex,
        "SignatureVersion": "1.0",
        "TemplateCode": gateway.agent,
        "TemplateParam": json.dumps({"text": note.text}, ensure_ascii=False),
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Version": "2017-05-25",
    }
    params["Signature"] = aliyun_sign(gateway.secret, params)
    said = _read(*outbound.call("POST", f"{_base(gateway)}/", data=params))
    if said.get("Code") == "isv.MOBILE_NUMBER_ILLEGAL":
        raise Permanent("invalid phone", bad_address=True)
    said["Code"] = 0 if said.get("Code") == "OK" else said.get("Code", "none")
    busy = {"isv.BUSINESS_LIMIT_CONTROL": timedelta(hours=1), "isp.SYSTEM_ERROR": None}
    return _errcode(said, gateway, busy=busy, name="Code", words="Message", number="BizId")


def aliyun_sign(secret, params):
    pairs = "&".join(f"{_percent(key)}={_percent(params[key])}" for key in sorted(params))
    signed = f"POST&{_percent('/')}&{_percent(pairs)}".encode()
    return base64.b64encode(hmac.new(f"{secret}&".encode(), signed, hashlib.sha1).digest()).decode()


def _percent(text):
    return quote(str(text), safe="-_.~")


def _signed(method, url, gateway, body):
    """Our own signature, for gateways and webhooks: HMAC-SHA256 over time stamp, dot and body."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Hangu-Key": gateway.key,
        "X-Hangu-Timestamp": stamp,
        "X-Hangu-Signature": "sha256=" + signature(gateway.secret, stamp, raw),
    }
    return outbound.call(method, url, data=raw, headers=headers)


def signature(secret, stamp, raw):
    return hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


def _post(url, **given):
    return _read(*outbound.call("POST", url, **given))


def _read(status, text):
    """The answer's JSON object; a status or a body that is none is an error of its own class."""
    if status in (408, 425, 429) or status >= 500:
        raise Temporary(f"HTTP {status}")
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not 200 <= status < 300 and not isinstance(said, dict):
        raise Permanent(f"HTTP {status}")
    if not isinstance(said, dict):
        # Accepted or not, nobody can tell: some proxy's page, half an answer.
        raise Ambiguous("the answer is no JSON object")
    return said


def _errcode(said, gateway, *, busy, name="errcode", words="errmsg", number=""):
    """The provider's number when its code is 0; else the error its code stands for."""
    code = said.get(name, said.get("StatusCode", "none"))
    if code == 0:
        return str(said.get(number, ""))[:100] if number else ""
    text = masked(f"{name} {code}: {said.get(words, '')}", gateway)[:200]
    if code in busy:
        raise Temporary(text, busy[code])
    raise Permanent(text)


def masked(text, gateway):
    """A provider may give our key back in its complaint."""
    for hidden in filter(None, (gateway.key, gateway.secret)):
        text = text.replace(hidden, "…")
    return text


def _base(gateway):
    return (gateway.endpoint or BASES[gateway.channel]).rstrip("/")


BASES = {
    Channel.WECOM_ROBOT: "https://qyapi.weixin.qq.com",
    Channel.WECOM: "https://qyapi.weixin.qq.com",
    Channel.DINGTALK: "https://oapi.dingtalk.com",
    Channel.FEISHU: "https://open.feishu.cn",
    Channel.SMS: "https://dysmsapi.aliyuncs.com",
}
SENDERS = {
    Channel.WECOM_ROBOT: _wecom_robot,
    Channel.WECOM: _wecom,
    Channel.DINGTALK: _dingtalk,
    Channel.FEISHU: _feishu,
    Channel.SMS: _sms,
    Channel.WEBHOOK: _webhook,
}
