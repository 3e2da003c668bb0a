"""Talks to a gateway with Triton's own clients, as a user would.

usage: triton_client.py GRPC_HOST:PORT HTTP_HOST:PORT MODEL FEATURES VERSION

VERSION is the one that answers by default; at least one other has to be warm. Prints one JSON
object with what was asked and answered; a check that fails ends it with its message.
"""

import json
import queue
import sys
import time

import grpc
import numpy as np
import tritonclient.grpc as triton
import tritonclient.http as rest
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

address, http_address, model, features, champion = (*sys.argv[1:4], int(sys.argv[4]), sys.argv[5])
client = triton.InferenceServerClient(address)


def tensor(rows):
    values = np.linspace(-1, 1, rows * features, dtype=np.float32).reshape(rows, features)
    made = triton.InferInput("features", list(values.shape), "FP32")
    made.set_data_from_numpy(values)
    return made, values


def refused(code, text, call):
    try:
        call()
    except InferenceServerException as error:
        assert error.status() in (f"StatusCode.{code}", code), (error.status(), error.message())
        assert text in error.message(), error.message()
        return
    raise AssertionError(f"was not refused: {text}")


def described():
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(model) and client.is_model_ready(model, champion)
    assert not client.is_model_ready("no-such-model")
    assert not client.is_model_ready(model, "99")
    server = client.get_server_metadata(as_json=True)
    assert {"statistics", "parameters", "model_repository"} <= set(server["extensions"]), server
    metadata = client.get_model_metadata(model, as_json=True)
    assert metadata["inputs"][0]["name"] == "features", metadata
    assert metadata["inputs"][0]["shape"] == ["-1", str(features)], metadata
    one = client.get_model_metadata(model, champion, as_json=True)
    assert one["versions"] == [champion] and len(metadata["versions"]) > 1, metadata
    config = client.get_model_config(model).config
    assert [output.name for output in config.output][0] == "action_probabilities", config
    assert list(config.input[0].dims) == [-1, features], config
    index = client.get_model_repository_index(as_json=True)["models"]
    for version in metadata["versions"]:
        assert {"name": model, "version": version, "state": "READY"} in index, index
    assert not client.get_system_shared_memory_status().regions
    assert not client.get_cuda_shared_memory_status().regions
    client.unregister_system_shared_memory()
    client.unregister_cuda_shared_memory()
    assert client.get_trace_settings(as_json=True)["settings"]["trace_level"]["value"] == ["OFF"]
    assert "log_error" in client.get_log_settings(as_json=True)["settings"]
    return metadata["versions"], server["version"]


def inferred(versions):
    inputs, values = tensor(5)
    wanted = [triton.InferRequestedOutput("action_probabilities")]
    by_default = client.infer(model, [inputs], outputs=wanted, request_id="one")
    probabilities = by_default.as_numpy("action_probabilities")
    assert probabilities.shape == (5, 3) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert by_default.get_response().id == "one"
    assert by_default.get_response().model_version == champion
    assert by_default.as_numpy("expected_return") is None
    same = [
        client.infer(model, [inputs], model_version=champion),
        client.infer(model, [inputs], compression_algorithm="gzip"),
        client.infer(model, [inputs], compression_algorithm="deflate"),
        client.infer(model, [inputs], sequence_id=7, sequence_start=True, priority=2),
        client.infer(model, [inputs], parameters={"desk": "a", "limit": 3}),
        asynchronous(inputs),
        typed(values),
    ]
    for answer in same:
        assert np.array_equal(answer.as_numpy("action_probabilities"), probabilities)
        assert answer.as_numpy("expected_return").shape == (5, 1)
    for version in versions:
        answer = client.infer(model, [inputs], model_version=version)
        assert answer.get_response().model_version == version
        alike = np.array_equal(answer.as_numpy("action_probabilities"), probabilities)
        assert alike == (version == champion), version
    none, _ = tensor(0)
    assert client.infer(model, [none]).as_numpy("action_probabilities").shape == (0, 3)
    return numbers(values), numbers(probabilities)


def numbers(array):
    return [float(value) for value in array.flatten()]


def asynchronous(inputs):
    answers = queue.Queue()
    client.async_infer(model, [inputs], lambda result, error: answers.put((result, error)))
    result, error = answers.get(timeout=20)
    assert error is None, error
    return result


def typed(values):
    """The client always sends raw bytes; its stubs send numbers too."""
    request = service_pb2.ModelInferRequest(model_name=model)
    given = request.inputs.add(name="features", datatype="FP32", shape=list(values.shape))
    given.contents.fp32_contents.extend(values.flatten().tolist())
    with grpc.insecure_channel(address) as channel:
        return triton.InferResult(
            service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request, timeout=20)
        )


def streamed():
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    inputs, _ = tensor(2)
    for i in range(20):
        client.async_stream_infer(model, [inputs], request_id=str(i))
    client.async_stream_infer("no-such-model", [inputs])
    client.async_stream_infer(model, [inputs], request_id="after")
    for i in range(20):
        result, error = answers.get(timeout=20)
        assert error is None and result.get_response().id == str(i), (i, error)
    result, error = answers.get(timeout=20)
    assert "Request for unknown model: 'no-such-model' is not found" in error.message(), error
    result, error = answers.get(timeout=20)
    assert error is None and result.get_response().id == "after", error
    client.stop_stream()


def refusals():
    inputs, _ = tensor(1)
    unknown = "Request for unknown model: 'no-such-model' is not found"
    refused("NOT_FOUND", unknown, lambda: client.infer("no-such-model", [inputs]))
    refused("NOT_FOUND", unknown, lambda: client.get_model_metadata("no-such-model"))
    refused("NOT_FOUND", "version 99 is not found", lambda: client.infer(model, [inputs], "99"))
    refused("INVALID_ARGUMENT", "(details: stol)", lambda: client.infer(model, [inputs], "abc"))
    double = triton.InferInput("features", [1, features], "FP64")
    double.set_data_from_numpy(np.zeros((1, features)))
    refused("INVALID_ARGUMENT", "expects 'FP32'", lambda: client.infer(model, [double]))
    wide = triton.InferInput("features", [1, features + 1], "FP32")
    wide.set_data_from_numpy(np.zeros((1, features + 1), dtype=np.float32))
    refused("INVALID_ARGUMENT", "unexpected shape", lambda: client.infer(model, [wide]))
    refused("INVALID_ARGUMENT", "expected 1 inputs", lambda: client.infer(model, []))
    other = [triton.InferRequestedOutput("nope")]
    refused(
        "INVALID_ARGUMENT",
        "unexpected inference output 'nope'",
        lambda: client.infer(model, [inputs], outputs=other),
    )
    refused("UNAVAILABLE", "is not allowed", lambda: client.load_model(model))
    refused("UNAVAILABLE", "is not allowed", lambda: client.unload_model(model))
    refused(
        "UNIMPLEMENTED",
        "shared memory",
        lambda: client.register_system_shared_memory("region", "/region", 64),
    )


def pinned():
    inputs, _ = tensor(1)
    digest = client.get_model_config(model).config.parameters["model_digest"].string_value
    held = client.infer(model, [inputs], parameters={"expect_digest": digest, "min_epoch": 1})
    assert held.get_response().model_version == champion
    fresh = client.infer(model, [inputs], parameters={"max_staleness_ms": 0})
    assert fresh.get_response().parameters["alias"].string_param == "champion"
    refused(
        "FAILED_PRECONDITION",
        "answers, not digest 'feed' as expected",
        lambda: client.infer(model, [inputs], parameters={"expect_digest": "feed"}),
    )


def over_http(values, probabilities, versions):
    """The REST form: the same bits, as JSON and as bytes behind it, packed and not."""
    http = rest.InferenceServerClient(http_address, concurrency=2)
    assert http.is_server_live() and http.is_server_ready()
    assert http.is_model_ready(model) and http.is_model_ready(model, champion)
    assert not http.is_model_ready("no-such-model")
    assert "binary_tensor_data" in http.get_server_metadata()["extensions"]
    metadata = http.get_model_metadata(model)
    assert metadata["inputs"][0] == {
        "name": "features",
        "datatype": "FP32",
        "shape": [-1, features],
    }, metadata
    assert sorted(metadata["versions"]) == sorted(versions)
    assert http.get_model_config(model)["input"][0]["dims"] == [-1, features]
    index = http.get_model_repository_index()
    assert {"name": model, "version": champion, "state": "READY", "reason": ""} in index, index
    assert http.get_inference_statistics(model, champion)["model_stats"][0]["inference_count"] > 0
    assert http.get_log_settings()["log_error"] is True
    for named in (None, model):
        assert http.get_trace_settings(named)["trace_level"] == ["OFF"]
    assert http.get_system_shared_memory_status() == http.get_cuda_shared_memory_status() == []
    http.unregister_system_shared_memory()
    http.unregister_cuda_shared_memory("region")
    refused(
        "501", "not offered", lambda: http.register_system_shared_memory("region", "/region", 64)
    )
    rows = np.array(values, dtype=np.float32).reshape(-1, features)
    for binary in (True, False):
        given = rest.InferInput("features", list(rows.shape), "FP32")
        given.set_data_from_numpy(rows, binary_data=binary)
        wanted = [
            rest.InferRequestedOutput("expected_return", binary_data=not binary),
            rest.InferRequestedOutput("action_probabilities", binary_data=binary),
        ]
        for options in (
            {},
            {"outputs": wanted},
            {"model_version": champion},
            {"request_compression_algorithm": "gzip"},
            {"request_compression_algorithm": "deflate"},
            {"response_compression_algorithm": "gzip"},
            {"response_compression_algorithm": "deflate"},
            {"parameters": {"min_epoch": 1, "desk": "a"}},
        ):
            answer = http.infer(model, [given], request_id="one", **options)
            got = answer.as_numpy("action_probabilities").flatten()
            assert np.array_equal(got, np.array(probabilities, dtype=np.float32)), options
            assert answer.get_response()["model_version"] == champion
            assert answer.get_response()["id"] == "one"
        later = http.async_infer(model, [given]).get_result()
        assert later.as_numpy("expected_return").shape == (len(rows), 1)
    unknown = "Request for unknown model: 'no-such-model' is not found"
    refused("404", unknown, lambda: http.infer("no-such-model", [given]))
    refused("400", "expected 1 inputs", lambda: http.infer(model, []))
    refused("412", "at least 99", lambda: http.infer(model, [given], parameters={"min_epoch": 99}))
    refused("503", "is not allowed", lambda: http.load_model(model))
    started = time.perf_counter()
    for _ in range(50):
        http.infer(model, [given])
    assert time.perf_counter() - started < 50 * 0.035, "an answer waits for the network's timers"
    http.close()


versions, server_version = described()
asked, probabilities = inferred(versions)
streamed()
refusals()
pinned()
over_http(asked, probabilities, versions)
statistics = client.get_inference_statistics(model, champion).model_stats[0]
assert statistics.inference_stats.queue.count == statistics.inference_stats.success.count
print(
    json.dumps(
        {
            "versions": versions,
            "server_version": server_version,
            "asked": asked,
            "probabilities": probabilities,
            "successes": statistics.inference_stats.success.count,
        }
    )
)
