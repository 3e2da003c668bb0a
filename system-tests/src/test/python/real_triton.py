"""Compares a real Triton with Neo's gateway, and writes the models that both serve.

real_triton.py models DIR                      writes DIR/triton and DIR/neo: the same networks
real_triton.py compare TRITON GATEWAY          prints, as JSON, each request that is answered differently
real_triton.py ask GATEWAY MODEL               prints, as JSON, the parameters of one answer, or its error
"""

import json
import pathlib
import struct
import sys

import grpc
import numpy as np
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc

FEATURES = 4
CONFIG = """backend: "%s"
max_batch_size: 0
input [ { name: "features" data_type: TYPE_FP32 dims: [ -1, 4 ] } ]
output [
  { name: "action_probabilities" data_type: TYPE_FP32 dims: [ -1, 3 ] },
  { name: "expected_return" data_type: TYPE_FP32 dims: [ -1, 1 ] }
]
version_policy { all {} }
instance_group [ { kind: KIND_CPU count: 1 } ]
"""
PYTHON_MODEL = '''import json
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def initialize(self, args):
        self.weights = np.array(%s, dtype=np.float32)

    def execute(self, requests):
        answers = []
        for request in requests:
            heads = pb_utils.get_input_tensor_by_name(request, "features").as_numpy() @ self.weights
            e = np.exp(heads[:, :3] - heads[:, :3].max(axis=1, keepdims=True, initial=-1e30))
            answers.append(pb_utils.InferenceResponse([
                pb_utils.Tensor("action_probabilities", (e / e.sum(axis=1, keepdims=True)).astype(np.float32)),
                pb_utils.Tensor("expected_return", heads[:, 3:].astype(np.float32)),
            ]))
        return answers
'''
REPEAT_CONFIG = """backend: "python"
max_batch_size: 0
input [ { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }, { name: "interval_ms" data_type: TYPE_INT32 dims: [ 1 ] } ]
output [ { name: "index" data_type: TYPE_INT32 dims: [ 1 ] } ]
instance_group [ { kind: KIND_CPU count: 1 } ]
model_transaction_policy { decoupled: true }
"""
REPEAT_MODEL = '''import threading
import time
import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

def stream(sender, count, interval):
    if count < 0:
        error = pb_utils.TritonError("count must not be negative, got %d" % count)
        sender.send(pb_utils.InferenceResponse(error=error), flags=FINAL)
        return
    for index in range(count):
        time.sleep(interval if index > 0 else 0)
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("index", np.array([index], np.int32))]))
    sender.send(flags=FINAL)

class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            count, wait = (
                int(pb_utils.get_input_tensor_by_name(request, name).as_numpy()[0])
                for name in ("count", "interval_ms")
            )
            sender = request.get_response_sender()
            threading.Thread(target=stream, args=(sender, count, wait / 1000)).start()
'''
SUM_CONFIG = """backend: "python"
max_batch_size: 8
input [ { name: "value" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "sum" data_type: TYPE_FP32 dims: [ 1 ] } ]
instance_group [ { kind: KIND_CPU count: 1 } ]
sequence_batching {
  max_sequence_idle_microseconds: 60000000
  oldest { max_candidate_sequences: 16 }
  control_input [
    { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] },
    { name: "CORRID" control [ { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } ] }
  ]
}
"""
SUM_MODEL = '''import numpy as np
import triton_python_backend_utils as pb_utils

def scalar(request, name):
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy().reshape(-1)[0]

class TritonPythonModel:
    def initialize(self, args):
        self.sums = {}

    def execute(self, requests):
        answers = []
        for request in requests:
            sequence = int(scalar(request, "CORRID"))
            before = 0.0 if scalar(request, "START") else self.sums[sequence]
            self.sums[sequence] = total = np.float32(before + scalar(request, "value"))
            answers.append(pb_utils.InferenceResponse([pb_utils.Tensor("sum", np.array([[total]], np.float32))]))
        return answers
'''


def weights(version):
    i, j = np.ogrid[:FEATURES, :4]
    return (((7 * i + 13 * j + 3 * i * j + 17 * version) % 61 - 30) / 64).astype(np.float32)


def onnx_model(version):
    from onnx import TensorProto, helper, numpy_helper

    w = weights(version)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["features", "heads"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["action_probabilities"], axis=1),
            helper.make_node("MatMul", ["features", "last"], ["expected_return"]),
        ],
        "direction",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, FEATURES])],
        [
            helper.make_tensor_value_info("action_probabilities", TensorProto.FLOAT, [None, 3]),
            helper.make_tensor_value_info("expected_return", TensorProto.FLOAT, [None, 1]),
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(w[:, :3]), "heads"),
            numpy_helper.from_array(np.ascontiguousarray(w[:, 3:]), "last"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def write_models(home):
    for name in "direction", "forwarded":
        for server, backend in ("triton", "python"), ("neo", "onnxruntime"):
            folder = home / server / name
            folder.mkdir(parents=True)
            (folder / "config.pbtxt").write_text(CONFIG % backend)
            for version in 1, 2:
                (folder / str(version)).mkdir()
                if server == "triton":
                    text = PYTHON_MODEL % weights(version).tolist()
                    (folder / str(version) / "model.py").write_text(text)
                else:
                    (folder / str(version) / "model.onnx").write_bytes(onnx_model(version))
    for name, config, model in (
        ("repeat", REPEAT_CONFIG, REPEAT_MODEL),
        ("running_sum", SUM_CONFIG, SUM_MODEL),
    ):
        (home / "triton" / name / "1").mkdir(parents=True)
        (home / "triton" / name / "config.pbtxt").write_text(config)
        (home / "triton" / name / "1" / "model.py").write_text(model)


def tensor(shape=(1, FEATURES), name="features", datatype="FP32"):
    return pb.ModelInferRequest.InferInputTensor(name=name, datatype=datatype, shape=shape)


def raw(values):
    return struct.pack("<%df" % len(values), *values)


ROW = raw([0.5, -1.0, 0.25, 2.0])


def request(inputs=None, contents=None, **more):
    inputs = [tensor()] if inputs is None else inputs
    contents = [ROW] if contents is None else contents
    return pb.ModelInferRequest(
        **{"model_name": "direction", "id": "r", "inputs": inputs, "raw_input_contents": contents, **more}
    )


def typed(**fields):
    given = tensor()
    for field, values in fields.items():
        getattr(given.contents, field).extend(values)
    return request([given], [])


def parameter(**fields):
    return {name: pb.InferParameter(**value) for name, value in fields.items()}


def output(*names, **parameters):
    return [
        pb.ModelInferRequest.InferRequestedOutputTensor(name=name, parameters=parameter(**parameters))
        for name in names
    ]


def infer_cases():
    yield "one row", request()
    yield "three rows", request([tensor((3, FEATURES))], [ROW * 3])
    yield "zero rows", request([tensor((0, FEATURES))], [b""])
    yield "typed contents", typed(fp32_contents=[0.5, -1.0, 0.25, 2.0])
    yield "version 1", request(model_version="1")
    yield "version 01", request(model_version="01")
    yield "version 1abc", request(model_version="1abc")
    yield "one output", request(outputs=output("expected_return"))
    yield "outputs reversed", request(outputs=output("expected_return", "action_probabilities"))
    yield "output twice", request(outputs=output("expected_return", "expected_return"))
    yield "surplus raw entry", request(contents=[ROW, b"x"])
    yield "unknown parameters", request(parameters=parameter(x={"string_param": "y"}))
    yield "NaN", request(contents=[raw([float("nan"), 0, 0, 0])])
    yield "infinity", request(contents=[raw([float("inf"), 0, 0, 0])])
    two = output("action_probabilities", classification={"int64_param": 2})
    yield "classification", request(outputs=two)
    yield "classification of three rows", request([tensor((3, FEATURES))], [ROW * 3], outputs=two)
    yield "classification of zero rows", request([tensor((0, FEATURES))], [b""], outputs=two)
    yield "classification beside an output", request(outputs=two + output("expected_return"))
    yield "classification of all", request(
        outputs=output("action_probabilities", "expected_return", classification={"int64_param": 9})
    )
    yield "classification 0", request(
        outputs=output("action_probabilities", classification={"int64_param": 0})
    )
    yield "classification -1", request(
        outputs=output("action_probabilities", classification={"int64_param": -1})
    )
    yield "classification of wrong type", request(
        outputs=output("action_probabilities", classification={"string_param": "2"})
    )
    yield "classification of an unknown output", request(outputs=output("nope", classification={"int64_param": 1}))
    yield "unknown model", request(model_name="nope")
    yield "empty message", pb.ModelInferRequest()
    yield "unknown version", request(model_version="99")
    yield "version 0", request(model_version="0")
    yield "version abc", request(model_version="abc")
    yield "version -1", request(model_version="-1")
    yield "version beyond int64", request(model_version="99999999999999999999")
    yield "FP64", request([tensor(datatype="FP64")], [ROW * 2])
    yield "no datatype", request([tensor(datatype="")])
    yield "fp32", request([tensor(datatype="fp32")])
    yield "wrong width", request([tensor((1, 3))], [ROW[:12]])
    yield "wrong rank", request([tensor((4,))])
    yield "no shape", request([tensor(())])
    yield "first dimension -1", request([tensor((-1, FEATURES))])
    yield "negative width", request([tensor((1, -4))])
    yield "more rows than 4096", request([tensor((5000, FEATURES))], [ROW * 5000])
    yield "no inputs", request([], [])
    yield "extra input", request([tensor(), tensor(name="more")], [ROW, ROW])
    yield "unknown input", request([tensor(name="feature")])
    yield "input twice", request([tensor(), tensor()], [ROW, ROW])
    yield "unknown output", request(outputs=output("nope"))
    yield "one byte short", request(contents=[ROW[:-1]])
    yield "one byte more", request(contents=[ROW + b"x"])
    yield "empty raw entry", request(contents=[b""])
    yield "no data", request(contents=[])
    both = typed(fp32_contents=[0.5, -1.0, 0.25, 2.0])
    both.raw_input_contents.append(ROW)
    yield "raw and typed", both
    yield "typed, three values", typed(fp32_contents=[1, 2, 3])
    yield "typed in another field", typed(int_contents=[1, 2, 3, 4])
    yield "no id", request(id="", contents=[ROW[:-1]])
    yield "parameter without value", request(parameters=parameter(x={}))
    yield "reserved parameter", request(parameters=parameter(triton_x={"bool_param": True}))
    yield "priority of wrong type", request(parameters=parameter(priority={"string_param": "1"}))
    yield "priority -1", request(parameters=parameter(priority={"int64_param": -1}))
    yield "timeout of wrong type", request(parameters=parameter(timeout={"string_param": "1"}))
    yield "sequence_start of wrong type", request(parameters=parameter(sequence_start={"int64_param": 1}))
    yield "sequence_id of wrong type", request(parameters=parameter(sequence_id={"bool_param": True}))
    shared = tensor()
    shared.parameters["shared_memory_region"].string_param = "r"
    yield "shared memory without size", request([shared], [])
    shared = pb.ModelInferRequest.InferInputTensor.FromString(shared.SerializeToString())
    shared.parameters["shared_memory_byte_size"].int64_param = 16
    yield "unknown shared memory", request([shared], [])


def other_cases():
    model = {"name": "direction"}
    for name, arguments in (
        ("", model),
        (" of version 1", {**model, "version": "1"}),
        (" of unknown model", {"name": "nope"}),
        (" of unknown version", {**model, "version": "99"}),
        (" of version abc", {**model, "version": "abc"}),
    ):
        yield "ModelReady" + name, "ModelReady", pb.ModelReadyRequest(**arguments)
        yield "ModelMetadata" + name, "ModelMetadata", pb.ModelMetadataRequest(**arguments)
        yield "ModelConfig" + name, "ModelConfig", pb.ModelConfigRequest(**arguments)
        yield "ModelStatistics" + name, "ModelStatistics", pb.ModelStatisticsRequest(**arguments)
    yield "ServerLive", "ServerLive", pb.ServerLiveRequest()
    yield "ServerReady", "ServerReady", pb.ServerReadyRequest()
    named = pb.RepositoryIndexRequest(repository_name="x")
    yield "index of a repository", "RepositoryIndex", named
    yield "status of unknown region", "SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest(name="x")
    yield "status of all regions", "SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest()
    unknown = pb.TraceSettingRequest()
    unknown.settings["nothing"].value.append("1")
    yield "unknown trace setting", "TraceSetting", unknown


def tensors(answer):
    found = {}
    for given, content in zip(answer.outputs, answer.raw_output_contents):
        values = np.frombuffer(content, np.float32) if given.datatype == "FP32" else content
        found[given.name] = (given.datatype, list(given.shape), values)
    return found


def said(stub, method, message):
    try:
        return "OK", getattr(stub, method)(message, timeout=60)
    except grpc.RpcError as error:
        return error.code().name, error.details()


def comparable(method, answer):
    """What is to be the same of an answer that is no inference."""
    if method == "ModelStatistics":
        return [(row.name, row.version) for row in answer.model_stats]
    if method == "ModelMetadata":
        answer.platform = ""
    if method == "ModelConfig":
        config = answer.config
        tensors = [(t.name, t.data_type, list(t.dims)) for t in [*config.input, *config.output]]
        return config.name, config.max_batch_size, tensors
    return answer


def same(method, triton, neo):
    if triton[0] != neo[0]:
        return False
    if triton[0] != "OK":
        return triton[1] == neo[1]
    if method != "ModelInfer":
        return comparable(method, triton[1]) == comparable(method, neo[1])
    ours, theirs = tensors(neo[1]), tensors(triton[1])
    alike = list(ours) == list(theirs) and all(
        ours[name][:2] == theirs[name][:2]
        and (
            np.allclose(ours[name][2], theirs[name][2], atol=1e-6)
            if ours[name][0] == "FP32"
            else ours[name][2] == theirs[name][2]
        )
        for name in ours
    )
    return alike and (neo[1].model_version, neo[1].id) == (triton[1].model_version, triton[1].id)


def stub_of(address):
    return service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(address))


def compare(triton, gateway):
    stubs = stub_of(triton), stub_of(gateway)
    cases = [(name, "ModelInfer", message) for name, message in infer_cases()]
    cases += list(other_cases())
    differences = {}
    for name, method, message in cases:
        first, second = (said(stub, method, message) for stub in stubs)
        if not same(method, first, second):
            differences[name] = {
                side: answer[0] if answer[0] == "OK" else "%s: %s" % answer
                for side, answer in (("triton", first), ("neo", second))
            }
    return {"compared": len(cases), "differences": differences}


def ask(gateway, model):
    code, answer = said(stub_of(gateway), "ModelInfer", request(model_name=model))
    if code != "OK":
        return {"error": "%s: %s" % (code, answer)}
    told = {"version": answer.model_version}
    for name, value in answer.parameters.items():
        told[name] = getattr(value, value.WhichOneof("parameter_choice"))
    return told


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "models":
        write_models(pathlib.Path(arguments[0]))
    else:
        print(json.dumps({"compare": compare, "ask": ask}[what](*arguments)))
