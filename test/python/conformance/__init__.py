"""The public ONNX backend suite, run case by case in worker processes that may crash or hang."""
