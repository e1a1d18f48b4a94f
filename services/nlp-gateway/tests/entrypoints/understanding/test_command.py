"""The classify command, with a classifier that remembers."""

import io
import json
from argparse import ArgumentParser

import pytest
from nlp_gateway.entrypoints.understanding import command


def _classify(known, labels, unknown):
    memory = dict(zip(known, labels, strict=True))
    return [(memory.get(text, "oos"), 0.9 if text in memory else 0.1) for text in unknown]


def _run(*words: str) -> tuple[int, str, str]:
    parser = ArgumentParser()
    command.add_arguments(parser)
    out, err = io.StringIO(), io.StringIO()
    return command.run(parser.parse_args(words), _classify, out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("header", ["text,intent", "text,category"])
def test_classify_when_files_are_given_then_a_label_and_a_score_for_each_text(tmp_path, header):
    (tmp_path / "t.csv").write_text(f'{header}\nhello,greet\n"spend, by team",cost\n')
    (tmp_path / "s.csv").write_text('text,intent\n"spend, by team",cost\nwhat,oos\n')
    code, out, _ = _run("--train", str(tmp_path / "t.csv"), "--test", str(tmp_path / "s.csv"), "--json")
    assert code == 0
    assert json.loads(out) == {"pred": ["cost", "oos"], "score": [0.9, 0.1]}


@pytest.mark.parametrize(
    ("train", "said"),
    [("words,intent\na,b\n", "text and intent"), ("text,intent\na,b\n", "at least two"), (None, "UTF-8")],
)
def test_classify_when_a_file_does_not_serve_then_it_says_what_to_do(tmp_path, train, said):
    if train is not None:
        (tmp_path / "t.csv").write_text(train)
    (tmp_path / "s.csv").write_text("text\na\n")
    code, _, err = _run("--train", str(tmp_path / "t.csv"), "--test", str(tmp_path / "s.csv"))
    assert code == 2
    assert said in err
