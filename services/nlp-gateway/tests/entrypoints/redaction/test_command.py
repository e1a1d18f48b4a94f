"""The redact command, with a redactor that knows one name."""

import gzip
import io
import json
from argparse import ArgumentParser

import pytest
from nlp_gateway.entrypoints.redaction import command
from nlp_gateway.ports.redaction import PersonalSpan, Redacted


def _redact(text: str) -> Redacted:
    at = text.find("Ann")
    return Redacted(text.replace("Ann", "<PERSON>"), (PersonalSpan(at, at + 3, "PERSON"),) if at >= 0 else ())


def _run(*words: str) -> tuple[int, str, str]:
    parser = ArgumentParser()
    command.add_arguments(parser)
    out, err = io.StringIO(), io.StringIO()
    return command.run(parser.parse_args(words), _redact, out, err), out.getvalue(), err.getvalue()


def test_redact_when_lines_are_given_then_one_a_line_with_spans(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "Ask Ann"}\n\n{"text": "no one"}\n')
    code, out, _ = _run("--in", str(source), "--json")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {"text": "Ask <PERSON>", "spans": [{"start": 4, "end": 7, "type": "PERSON"}]},
        {"text": "no one", "spans": []},
    ]


def test_redact_when_the_file_is_packed_and_json_is_not_wanted_then_texts_alone(tmp_path):
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(b'{"text": "Ask Ann"}\n'))
    assert _run("--in", str(source)) == (0, "Ask <PERSON>\n", "")


@pytest.mark.parametrize("line", [b'{"texts": "x"}\n', b"not json\n", b'{"text": 5}\n', b"\xff\xfe\n"])
def test_redact_when_a_line_does_not_read_then_it_says_which_and_what_to_do(tmp_path, line):
    source = tmp_path / "in.jsonl"
    source.write_bytes(line)
    code, _, err = _run("--in", str(source), "--json")
    assert code == 2
    assert "hint:" in err


def test_redact_when_there_is_no_file_then_it_says_so(tmp_path):
    code, _, err = _run("--in", str(tmp_path / "none.jsonl"))
    assert code == 2
    assert "cannot be read" in err
