"""ONNX Runtime behind the backend interface: a peer to compare with, and a known-good engine to test the harness on."""

from __future__ import annotations

import onnxruntime


class Prepared:
    def __init__(self, model) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level, options.intra_op_num_threads = 4, 1
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def run(self, inputs):
        names = [i.name for i in self.session.get_inputs()]
        return self.session.run(None, dict(zip(names, inputs)))


def prepare(model, device="CPU"):
    return Prepared(model)
