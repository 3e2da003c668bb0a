package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.InferParameter;
import inference.InferParameter.ParameterChoiceCase;
import inference.ModelInferRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a caller demands of the version that answers. Where it does not hold the request is refused
 * with FAILED_PRECONDITION: nobody is answered by another version than the one relied on.
 *
 * @param digest the version's SHA-256 in hex, as answers tell it in {@code model_digest}
 * @param minEpoch the least epoch; epochs begin anew when the gateway starts
 * @param maxStaleness how long before the request came the registry may have said last that the
 *     champion is this one; with none at all it is asked for each request. Only for requests that
 *     name no version, since those that do get exactly that one
 */
record Pins(Optional<String> digest, long minEpoch, Optional<Duration> maxStaleness) {

  /** Nothing is demanded. */
  static final Pins NONE = new Pins(Optional.empty(), 0, Optional.empty());

  static final String EXPECT_DIGEST = "expect_digest";
  static final String MIN_EPOCH = "min_epoch";
  static final String MAX_STALENESS_MS = "max_staleness_ms";

  /** The parameters that demand something. */
  static final List<String> NAMES = List.of(EXPECT_DIGEST, MIN_EPOCH, MAX_STALENESS_MS);

  private static final long STALENESS_MS_MAX = Duration.ofDays(365).toMillis();

  static Pins read(ModelInferRequest request) throws RefusedRequestException {
    Optional<String> digest = Optional.empty();
    InferParameter wanted = request.getParametersMap().get(EXPECT_DIGEST);
    if (wanted != null) {
      if (wanted.getParameterChoiceCase() != ParameterChoiceCase.STRING_PARAM) {
        throw wrongType(EXPECT_DIGEST, "string_param");
      }
      digest = Optional.of(wanted.getStringParam());
    }
    return new Pins(
        digest,
        whole(request, MIN_EPOCH).orElse(0L),
        request.getModelVersion().isEmpty()
            ? whole(request, MAX_STALENESS_MS)
                .map(ms -> Duration.ofMillis(Math.min(ms, STALENESS_MS_MAX)))
            : Optional.empty());
  }

  private static Optional<Long> whole(ModelInferRequest request, String key)
      throws RefusedRequestException {
    InferParameter value = request.getParametersMap().get(key);
    if (value == null) {
      return Optional.empty();
    }
    long number =
        switch (value.getParameterChoiceCase()) {
          case INT64_PARAM -> value.getInt64Param();
          case UINT64_PARAM -> value.getUint64Param() < 0 ? Long.MAX_VALUE : value.getUint64Param();
          default -> throw wrongType(key, "int64_param or uint64_param");
        };
    if (number < 0) {
      throw RefusedRequestException.invalid(
          "invalid value for '" + key + "', expected value >= 0.");
    }
    return Optional.of(number);
  }

  /** Whether {@link #confirm} has to ask the registry, which blocks. */
  boolean needsRegistry(ServingCatalog catalog, String model, long received) {
    return maxStaleness.isPresent()
        && !catalog.isConfirmed(model, catalog.epoch(model), since(received));
  }

  /** Asks the registry who is champion, where what is known is older than the caller takes. */
  void confirm(ServingCatalog catalog, ModelInferRequest request, long received)
      throws RefusedRequestException {
    String model = request.getModelName();
    if (!needsRegistry(catalog, model, received)) {
      return;
    }
    try {
      catalog.confirm(model);
    } catch (RegistryException e) {
      throw refused(
          request,
          "the registry has not said within %d ms which version is champion, and cannot be asked: %s"
              .formatted(maxStaleness.orElseThrow().toMillis(), e.getMessage()));
    }
  }

  /** Refuses the request unless the version that it entered is what the caller relies on. */
  void require(
      ServingCatalog catalog,
      ModelInferRequest request,
      ServingCatalog.Entered entered,
      long received)
      throws RefusedRequestException {
    String actual = entered.version().artifact().digest();
    if (digest.isPresent() && !digest.get().equalsIgnoreCase(actual)) {
      throw refused(
          request,
          "version %s with digest %s answers, not digest '%s' as expected"
              .formatted(entered.version().version(), actual, digest.get()));
    }
    if (entered.epoch() < minEpoch) {
      throw refused(
          request,
          "its epoch is %d (version %s), and at least %d is asked for"
              .formatted(entered.epoch(), entered.version().version(), minEpoch));
    }
    if (maxStaleness.isPresent()
        && !catalog.isConfirmed(request.getModelName(), entered.epoch(), since(received))) {
      throw refused(
          request,
          "the registry has not said within %d ms that version %s, which answers, is champion"
              .formatted(maxStaleness.get().toMillis(), entered.version().version()));
    }
  }

  private long since(long received) {
    return received - maxStaleness.orElseThrow().toNanos();
  }

  private static RefusedRequestException wrongType(String key, String expected) {
    return RefusedRequestException.invalid(
        "invalid value type for '" + key + "' parameter, expected " + expected + ".");
  }

  private static RefusedRequestException refused(ModelInferRequest request, String why) {
    return RefusedRequestException.of(
        Status.Code.FAILED_PRECONDITION,
        RefusedRequestException.prefix(request.getId())
            + "model '"
            + request.getModelName()
            + "': "
            + why);
  }
}
