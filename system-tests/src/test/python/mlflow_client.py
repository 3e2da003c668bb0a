"""Talks to a registry with MLflow's own client, as an ML engineer would.

usage: mlflow_client.py URL MODEL FEATURES FEATURE_SET_ID PORT

MODEL has a version 1 that came another way and may become champion. Webhooks may be sent to PORT of
127.0.0.1. Prints one JSON object with what became of it; a check that fails ends it with its
message.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import pickle
import queue
import sys
import tempfile
import threading

url, model, features, feature_set = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
hook_port = int(sys.argv[5])
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"

import mlflow
import mlflow.onnx
import numpy as np
import onnx
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from onnx import TensorProto, helper, numpy_helper

mlflow.set_tracking_uri(url)
client = MlflowClient()
is_client_3 = int(mlflow.__version__.split(".")[0]) >= 3


def refused(code, text, call):
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, str(error))
        assert text in str(error), str(error)
        return
    raise AssertionError(f"was not refused: {text}")


def network():
    weights = np.linspace(-1, 1, 3 * features, dtype=np.float32).reshape(features, 3)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["features", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["action_probabilities"], axis=1),
        ],
        "direction",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", features])],
        [helper.make_tensor_value_info("action_probabilities", TensorProto.FLOAT, ["rows", 3])],
        [numpy_helper.from_array(weights, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def logged_run():
    experiment = mlflow.set_experiment(f"direction/{mlflow.__version__}")
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_params({"depth": 3, "lr": 0.01})
        for step in range(5):
            mlflow.log_metric("auc", 0.5 + step / 100, step=step)
        mlflow.log_metrics({"loss": 0.25, "nan": float("nan")})
        mlflow.set_tags({"team": "alpha", "neo.feature_set_id": feature_set})
        mlflow.log_text("hello", "notes/read me.txt")
        place = {"name": "net"} if is_client_3 else {"artifact_path": "net"}
        mlflow.onnx.log_model(
            network(), registered_model_name=model, pip_requirements=["onnx"], **place
        )
    run = client.get_run(run.info.run_id)
    assert run.info.status == "FINISHED" and run.info.run_name == "first", run.info
    assert run.data.params == {"depth": "3", "lr": "0.01"}, run.data.params
    assert run.data.metrics["auc"] == 0.54 and run.data.metrics["loss"] == 0.25, run.data.metrics
    assert np.isnan(run.data.metrics["nan"])
    assert [m.step for m in client.get_metric_history(run.info.run_id, "auc")] == list(range(5))
    assert [f.path for f in client.list_artifacts(run.info.run_id, "notes")] == [
        "notes/read me.txt"
    ]
    assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/read me.txt") == "hello"
    refused(
        "INVALID_PARAMETER_VALUE",
        "Changing param values is not allowed",
        lambda: client.log_param(run.info.run_id, "depth", 4),
    )
    return experiment.experiment_id, run.info.run_id


def searched(experiment, run):
    for i in range(6):
        with mlflow.start_run(run_name=f"more-{i}"):
            mlflow.log_metric("auc", i / 10)
    found = client.search_runs(
        [experiment], "metrics.auc > 0.25 and tags.mlflow.runName LIKE 'more-%'", max_results=2,
        order_by=["metrics.auc DESC"],
    )
    assert [r.info.run_name for r in found] == ["more-5", "more-4"], found
    rest = client.search_runs(
        [experiment], "metrics.auc > 0.25 and tags.mlflow.runName LIKE 'more-%'", max_results=2,
        order_by=["metrics.auc DESC"], page_token=found.token,
    )
    assert [r.info.run_name for r in rest] == ["more-3"] and not rest.token, rest
    assert len(mlflow.search_runs([experiment])) == 7
    assert run in [r.info.run_id for r in client.search_runs([experiment], "params.depth = '3'")]
    assert [e.name for e in client.search_experiments(filter_string="name LIKE 'direction/%'")]
    client.delete_run(rest[0].info.run_id)
    assert len(client.search_runs([experiment])) == 6
    client.restore_run(rest[0].info.run_id)


def registered(run):
    versions = client.search_model_versions(f"name='{model}'")
    mine = max(versions, key=lambda v: int(v.version))
    assert {v.version for v in versions} >= {"1", mine.version} and mine.version != "1", versions
    assert mine.run_id == run and mine.status == "READY", mine
    assert [m.name for m in client.search_registered_models(f"name='{model}'")] == [model]
    client.set_model_version_tag(model, mine.version, "reviewed", "yes")
    client.update_model_version(model, mine.version, "trained by a script")
    client.set_registered_model_alias(model, "candidate", mine.version)
    assert client.get_model_version_by_alias(model, "candidate").version == mine.version
    client.transition_model_version_stage(model, mine.version, "Staging")
    assert client.get_latest_versions(model, ["Staging"])[0].version == mine.version
    client.delete_registered_model_alias(model, "candidate")
    refused(
        "INVALID_PARAMETER_VALUE",
        "alias candidate not found",
        lambda: client.get_model_version_by_alias(model, "candidate"),
    )
    again = mlflow.register_model(f"runs:/{run}/net", model, tags={"again": "1"})
    assert int(again.version) == int(mine.version) + 1, again
    client.delete_model_version(model, again.version)
    refused(
        "RESOURCE_DOES_NOT_EXIST",
        "not found",
        lambda: client.get_model_version(model, again.version),
    )
    return mine.version


def champion(version, run):
    client.set_registered_model_alias(model, "champion", "1")
    client.set_registered_model_alias(model, "champion", version)
    folder = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{model}@champion"))
    there = (folder / "model.onnx").read_bytes()
    assert there == network().SerializeToString(), "another model came back"
    onnx.checker.check_model(mlflow.onnx.load_model(f"models:/{model}@champion"))
    other = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{model}/1"))
    assert [f.name for f in other.iterdir() if f.name != "registered_model_meta"] == ["model.neo"]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "model.pkl").write_bytes(pickle.dumps({"weights": [1, 2]}))
        client.log_artifact(run, folder + "/model.pkl", "pickled")
    pickled = client.create_model_version(model, f"runs:/{run}/pickled", run)
    assert pickled.status == "READY", pickled
    for alias_and_version, why in ((pickled.version, "pickle"), ("999", "not found")):
        code = "INVALID_PARAMETER_VALUE" if why == "pickle" else "RESOURCE_DOES_NOT_EXIST"
        refused(
            code,
            why,
            lambda v=alias_and_version: client.set_registered_model_alias(model, "champion", v),
        )
    refused(
        "INVALID_PARAMETER_VALUE",
        "trades",
        lambda: client.delete_registered_model_alias(model, "champion"),
    )
    refused("INVALID_PARAMETER_VALUE", "trades", lambda: client.delete_registered_model(model))
    assert client.get_model_version_by_alias(model, "champion").version == version
    return hashlib.sha256(there).hexdigest()


def other_models():
    name = "A model of mine, ü"
    client.create_registered_model(name, {"kind": "notes"}, "words")
    refused("RESOURCE_ALREADY_EXISTS", "already exists", lambda: client.create_registered_model(name))
    client.rename_registered_model(name, name + " 2")
    assert client.get_registered_model(name + " 2").description == "words"
    copied = client.copy_model_version(f"models:/{model}/1", name + " 3")
    assert copied.version == "1", copied
    for each in (name + " 2", name + " 3"):
        client.delete_registered_model(each)
    refused(
        "RESOURCE_DOES_NOT_EXIST", "not found", lambda: client.get_registered_model(name + " 2")
    )


def webhooks():
    if not is_client_3:
        return  # the client has no call for them
    told = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signed = f"{self.headers['X-MLflow-Delivery-Id']}.{self.headers['X-MLflow-Timestamp']}."
            mac = hmac.new(b"s3cret", signed.encode() + body, hashlib.sha256).digest()
            right = self.headers["X-MLflow-Signature"] == "v1," + base64.b64encode(mac).decode()
            told.put((right, json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", hook_port), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{hook_port}/hook"
    events = ["registered_model.created", "model_version_alias.created"]
    hook = client.create_webhook("hook", place, events, description="words", secret="s3cret")
    assert str(hook.status) == "ACTIVE" and hook.url == place, hook
    assert [str(e) for e in client.get_webhook(hook.webhook_id).events] == events
    assert [h.webhook_id for h in client.list_webhooks()] == [hook.webhook_id]
    tested = client.test_webhook(hook.webhook_id)
    assert tested.success and tested.response_status == 204, tested
    right, body = told.get(timeout=20)
    assert right and body["data"]["name"] == "example_model", body
    client.create_registered_model("hooked")
    right, body = told.get(timeout=20)
    assert right and (body["entity"], body["data"]["name"]) == ("registered_model", "hooked"), body
    changed = client.update_webhook(hook.webhook_id, status="DISABLED", name="hook-2")
    assert (changed.name, str(changed.status)) == ("hook-2", "DISABLED"), changed
    refused(
        "INVALID_PARAMETER_VALUE",
        "webhook_hosts",
        lambda: client.create_webhook("other", "http://169.254.169.254/", events),
    )
    client.delete_webhook(hook.webhook_id)
    refused(
        "RESOURCE_DOES_NOT_EXIST", "not found", lambda: client.get_webhook(hook.webhook_id)
    )
    client.delete_registered_model("hooked")
    server.shutdown()


experiment, run = logged_run()
searched(experiment, run)
version = registered(run)
digest = champion(version, run)
other_models()
webhooks()
print(
    json.dumps(
        {"client": mlflow.__version__, "run": run, "version": version, "digest": digest}
    )
)
