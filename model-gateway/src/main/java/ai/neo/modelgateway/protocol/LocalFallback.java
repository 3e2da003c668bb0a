package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.ServingCatalog;
import inference.ModelInferRequest;
import java.util.Optional;

/** The version loaded here that may answer a request in another server's place. */
final class LocalFallback {

  private final ServingCatalog catalog;
  private final ForwardedInference.LocalInference local;
  private final ModelInferRequest request;
  private final long received;

  LocalFallback(
      ServingCatalog catalog,
      ForwardedInference.LocalInference local,
      ModelInferRequest request,
      long received) {
    this.catalog = catalog;
    this.local = local;
    this.request = request;
    this.received = received;
  }

  /**
   * A version that is loaded here.
   *
   * @param digest SHA-256 in hex
   */
  record Version(String number, String digest) {}

  /**
   * The version that would answer.
   *
   * @param number empty for the champion
   */
  Optional<Version> version(String number) {
    Optional<ServingCatalog.Entered> entered = catalog.enter(request.getModelName(), number);
    return entered.map(
        inside -> {
          Version version =
              new Version(inside.version().version(), inside.version().artifact().digest());
          inside.version().leave();
          return version;
        });
  }

  /** Has exactly that version answer. */
  void start(Version version, Inference.Replies replies) {
    local.start(request.toBuilder().setModelVersion(version.number()).build(), received, replies);
  }
}
