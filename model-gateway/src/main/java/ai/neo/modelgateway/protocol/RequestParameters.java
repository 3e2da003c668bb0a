package ai.neo.modelgateway.protocol;

import inference.InferParameter;
import inference.InferParameter.ParameterChoiceCase;
import inference.ModelInferRequest;
import io.grpc.Status;
import java.util.Map;

/**
 * Checks the parameters of a request, of its inputs and of its outputs. What is known is checked
 * for its type, what is unknown is accepted, as stock clients expect. Ours are {@link Pins}.
 */
final class RequestParameters {

  /** Whether the answer may depend on no other request, not even in its last bits. */
  static final String BATCH_INVARIANT = "batch_invariant";

  /** Requests of one key are always answered by the same arm of a route. */
  static final String ROUTING_KEY = "routing_key";

  private static final String RESERVED = "triton_";
  private static final String EMPTY_FINAL_RESPONSE = "triton_enable_empty_final_response";
  private static final String SHARED_MEMORY = "shared_memory_region";

  private RequestParameters() {}

  static void check(ModelInferRequest request) throws RefusedRequestException {
    for (Map.Entry<String, InferParameter> entry : request.getParametersMap().entrySet()) {
      checkRequestParameter(entry.getKey(), entry.getValue());
    }
    for (ModelInferRequest.InferInputTensor input : request.getInputsList()) {
      refuseSharedMemory(input.getName(), input.getParametersMap());
    }
    for (ModelInferRequest.InferRequestedOutputTensor output : request.getOutputsList()) {
      refuseSharedMemory(output.getName(), output.getParametersMap());
    }
  }

  /** What must not go to another server; the rest is for that server to check. */
  static void checkForwarded(ModelInferRequest request) throws RefusedRequestException {
    InferParameter alone = request.getParametersMap().get(BATCH_INVARIANT);
    if (alone != null) {
      checkRequestParameter(BATCH_INVARIANT, alone);
    }
    for (ModelInferRequest.InferInputTensor input : request.getInputsList()) {
      refuseSharedMemory(input.getName(), input.getParametersMap());
    }
    for (ModelInferRequest.InferRequestedOutputTensor output : request.getOutputsList()) {
      refuseSharedMemory(output.getName(), output.getParametersMap());
    }
  }

  private static void checkRequestParameter(String key, InferParameter value)
      throws RefusedRequestException {
    ParameterChoiceCase choice = value.getParameterChoiceCase();
    if (key.startsWith(RESERVED) && !key.equals(EMPTY_FINAL_RESPONSE)) {
      throw RefusedRequestException.invalid(
          "parameter keys starting with 'triton_' are reserved for Triton usage. Only the following"
              + " keys starting with 'triton_' are allowed: "
              + EMPTY_FINAL_RESPONSE);
    }
    switch (key) {
      case "sequence_id" ->
          require(
              choice == ParameterChoiceCase.INT64_PARAM
                  || choice == ParameterChoiceCase.STRING_PARAM,
              key,
              "int64_param or string_param");
      case "sequence_start", "sequence_end", EMPTY_FINAL_RESPONSE, BATCH_INVARIANT ->
          require(choice == ParameterChoiceCase.BOOL_PARAM, key, "bool_param");
      case ROUTING_KEY -> require(choice == ParameterChoiceCase.STRING_PARAM, key, "string_param");
      case "timeout" -> require(choice == ParameterChoiceCase.INT64_PARAM, key, "int64_param");
      case "priority" -> {
        require(
            choice == ParameterChoiceCase.INT64_PARAM || choice == ParameterChoiceCase.UINT64_PARAM,
            key,
            "int64_param or uint64_param");
        if (choice == ParameterChoiceCase.INT64_PARAM && value.getInt64Param() < 0) {
          throw RefusedRequestException.invalid(
              "invalid value for 'priority', expected value >= 0.");
        }
      }
      default ->
          require(
              choice != ParameterChoiceCase.PARAMETERCHOICE_NOT_SET,
              key,
              "int64_param, bool_param, or string_param");
    }
  }

  private static void refuseSharedMemory(String tensor, Map<String, InferParameter> parameters)
      throws RefusedRequestException {
    InferParameter region = parameters.get(SHARED_MEMORY);
    if (region == null) {
      return;
    }
    if (!parameters.containsKey("shared_memory_byte_size")) {
      throw RefusedRequestException.invalid(
          "'shared_memory_byte_size' must be specified along with 'shared_memory_region' parameter"
              + " for tensor '"
              + tensor
              + "'");
    }
    throw RefusedRequestException.of(
        Status.Code.NOT_FOUND,
        "Unable to find shared memory region: '" + region.getStringParam() + "'");
  }

  private static void require(boolean holds, String key, String expected)
      throws RefusedRequestException {
    if (!holds) {
      throw RefusedRequestException.invalid(
          "invalid value type for '" + key + "' parameter, expected " + expected + ".");
    }
  }
}
