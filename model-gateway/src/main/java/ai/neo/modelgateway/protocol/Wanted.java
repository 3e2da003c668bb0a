package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.TensorContract.Port;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which outputs a request wants, and how. They come in the model's order.
 *
 * @param outputs by name; each as it is, or as its largest elements
 */
record Wanted(Map<String, Optional<Classification>> outputs) {

  Wanted {
    outputs = Map.copyOf(outputs);
  }

  /**
   * Those that it names; all when it names none.
   *
   * @throws RefusedRequestException naming the first that the version does not have, or cannot give
   *     as it is wanted
   */
  static Wanted by(ModelInferRequest request, ServedVersion version)
      throws RefusedRequestException {
    List<Port> offered = ModelTensors.outputs(version);
    if (request.getOutputsCount() == 0) {
      return new Wanted(
          offered.stream().collect(Collectors.toMap(Port::name, port -> Optional.empty())));
    }
    Map<String, Port> ports =
        offered.stream().collect(Collectors.toMap(Port::name, Function.identity()));
    Map<String, Optional<Classification>> wanted = new HashMap<>();
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      String name = output.getName();
      if (!ports.containsKey(name)) {
        throw RefusedRequestException.invalid(
            "unexpected inference output '%s' for model '%s'"
                .formatted(name, request.getModelName()));
      }
      long classes = Classification.asked(output);
      if (classes > 0) {
        Classification.requireOffered(ports.get(name).type());
        wanted.put(name, Optional.of(new Classification(name, classes)));
      } else {
        wanted.putIfAbsent(name, Optional.empty());
      }
    }
    return new Wanted(wanted);
  }

  boolean includes(Port port) {
    return outputs.containsKey(port.name());
  }

  Optional<Classification> classification(Port port) {
    return outputs.get(port.name());
  }
}
