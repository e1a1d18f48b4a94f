"""`python -m aos_local.models --port N [--key KEY]`: OpenAI, Anthropic and Gemini on loopback, for trying out."""

import argparse

import uvicorn

from aos_local.models.app import create_app
from aos_local.models.recording import KEY, Recorder


def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(
        prog="python -m aos_local.models", description="Models that say what they are sent."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--key", default=KEY, help=f"the API key that they accept; {KEY} without it")
    chosen = parser.parse_args()
    app = create_app(Recorder(key=chosen.key))
    uvicorn.run(app, host=chosen.host, port=chosen.port, log_level="critical", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
