"""The recording models are judged by clients that nobody here wrote: the vendors' own."""

import warnings

import anthropic
import openai
import pytest
from aos_local.models.composing import INVENTED
from aos_local.models.recording import KEY, Fault
from aos_local.models.testing import Served
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types

MATERIAL = (
    "<question>\nWhat did we spend?\n</question>\n<evidence>\nCompute cost USD 120.50 [1]. It rose. More.\n</evidence>"
)
SAID = "Compute cost USD 120.50 [1]. It rose. More."


def _openai(served: Served, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=served.base_url("openai"), max_retries=0)


def _anthropic(served: Served, key: str = KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=key, base_url=served.base_url("anthropic"), max_retries=0)


def _gemini(served: Served, key: str = KEY) -> genai.Client:
    return genai.Client(api_key=key, vertexai=False, http_options=genai_types.HttpOptions(base_url=served.url))


def test_openai_when_its_own_client_asks_then_whole_and_streamed(served):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": MATERIAL}]
    with _openai(served) as client:
        whole = client.chat.completions.create(model="gpt-5-mini", messages=messages)
        assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (SAID, "stop")
        assert whole.usage.total_tokens > 0
        chunks = list(client.chat.completions.create(model="gpt-5-mini", messages=messages, stream=True))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert len(chunks) > 5
    assert [one.vendor for one in served.recorder.requests] == ["openai"] * 2


def test_openai_when_it_refuses_then_its_own_client_knows_why(served):
    messages = [{"role": "user", "content": "x"}]
    with _openai(served, "wrong") as client, pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(model="m", messages=messages)
    with _openai(served) as client:
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="unknown-1", messages=messages)
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="m", messages=[])
        served.recorder.faults.extend([Fault.LIMITED, Fault.BROKEN])
        with pytest.raises(openai.RateLimitError) as limited:
            client.chat.completions.create(model="m", messages=messages)
        assert limited.value.response.headers["retry-after"] == "0"
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model="m", messages=messages)


def test_anthropic_when_its_own_client_asks_then_whole_and_streamed(served):
    asked = {"model": "claude-sonnet-5", "max_tokens": 100, "system": "Be brief."}
    messages = [{"role": "user", "content": MATERIAL}]
    with _anthropic(served) as client:
        whole = client.messages.create(messages=messages, **asked)
        assert (whole.content[0].text, whole.stop_reason) == (SAID, "end_turn")
        with client.messages.stream(messages=messages, **asked) as stream:
            pieces = list(stream.text_stream)
            final = stream.get_final_message()
        assert "".join(pieces) == SAID
        assert len(pieces) > 5
        assert (final.content[0].text, final.stop_reason) == (SAID, "end_turn")
        assert final.usage.output_tokens > 0


def test_anthropic_when_it_refuses_then_its_own_client_knows_why(served):
    asked = {"max_tokens": 10, "messages": [{"role": "user", "content": "x"}]}
    with _anthropic(served, "wrong") as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(model="m", **asked)
    with _anthropic(served) as client:
        with pytest.raises(anthropic.NotFoundError):
            client.messages.create(model="unknown-1", **asked)
        with pytest.raises(anthropic.BadRequestError):
            client.messages.create(model="m", max_tokens=10, messages=[{"role": "system", "content": "x"}])
        served.recorder.faults.extend([Fault.LIMITED, Fault.BROKEN])
        with pytest.raises(anthropic.RateLimitError):
            client.messages.create(model="m", **asked)
        with pytest.raises(anthropic.InternalServerError):
            client.messages.create(model="m", **asked)


def test_gemini_when_its_own_client_asks_then_whole_and_streamed(served):
    client = _gemini(served)
    config = genai_types.GenerateContentConfig(system_instruction="Be brief.")
    whole = client.models.generate_content(model="gemini-3-flash", contents=MATERIAL, config=config)
    assert whole.text == SAID
    assert whole.candidates[0].finish_reason == genai_types.FinishReason.STOP
    chunks = list(client.models.generate_content_stream(model="gemini-3-flash", contents=MATERIAL, config=config))
    assert "".join(chunk.text or "" for chunk in chunks) == SAID
    assert chunks[-1].candidates[0].finish_reason == genai_types.FinishReason.STOP
    assert served.recorder.requests[0].json["systemInstruction"]["parts"][0]["text"] == "Be brief."
    client.close()


def test_gemini_when_it_refuses_then_its_own_client_knows_why(served):
    refused = _gemini(served, "wrong")
    with pytest.raises(genai_errors.ClientError, match="API key not valid"):
        refused.models.generate_content(model="m", contents="x")
    refused.close()
    client = _gemini(served)
    with pytest.raises(genai_errors.ClientError) as unknown:
        client.models.generate_content(model="unknown-1", contents="x")
    assert unknown.value.code == 404
    served.recorder.faults.extend([Fault.LIMITED, Fault.BROKEN])
    with pytest.raises(genai_errors.ClientError) as limited:
        client.models.generate_content(model="m", contents="x")
    assert limited.value.code == 429
    with pytest.raises(genai_errors.ServerError):
        client.models.generate_content(model="m", contents="x")
    client.close()


def test_models_when_they_are_to_invent_then_a_number_that_nobody_sent_is_there(served):
    served.recorder.faults.append(Fault.INVENT)
    with _openai(served) as client, warnings.catch_warnings():
        whole = client.chat.completions.create(model="m", messages=[{"role": "user", "content": MATERIAL}])
    assert whole.choices[0].message.content == f"{SAID} {INVENTED}"
    assert INVENTED not in served.recorder.requests[-1].body.decode()
