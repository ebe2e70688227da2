"""Serve one of the two models with KServe's own model server, as an InferenceService would run it.

It knows nothing of the sidecar: take the sidecar away and point clients at its port, and nothing else changes.

    python -m examples.serve --model customers --port 9001
    curl -H "Content-Type: application/json" \
        -d '{"instances": [{"age": 35, "income": 50000, "tenure_months": 4, "product_category": "books"}]}' \
        localhost:9001/v1/models/customers:predict
"""

import argparse
import logging
import warnings

from kserve import Model, ModelServer

from examples.models import train


class Classifier(Model):  # type: ignore[misc] # its base is not installed where types are checked
    """A scikit-learn classifier behind KServe's V1 protocol."""

    def load(self) -> None:
        """Train, then call ourselves ready."""
        self._pipeline = train(self.name)
        self.ready = True

    def predict(
        self, payload: dict[str, list[dict[str, object]]], headers: object = None, response_headers: object = None
    ) -> dict[str, list[float]]:
        """Return the probability of the event for each row."""
        del headers, response_headers
        return {"predictions": self._pipeline.predict_proba(payload["instances"])[:, 1].round(6).tolist()}


def main() -> None:
    """Train the model and serve it until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m examples.serve", description="Serve a scikit-learn model with KServe.")
    parser.add_argument("--model", choices=("customers", "flights"), default="customers")
    parser.add_argument("--port", type=int, default=9001)
    options = parser.parse_args()
    # A line and a trace for every request would be most of what this process does.
    warnings.filterwarnings("ignore", message="ORJSONResponse is deprecated")
    model = Classifier(options.model)
    model.load()
    server = ModelServer(http_port=options.port, enable_grpc=False, access_log_format=None, enable_latency_logging=False)
    for noisy in ("uvicorn.access", "kserve.trace"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    server.start([model])


if __name__ == "__main__":
    main()
