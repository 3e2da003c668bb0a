package ai.neo.modelgateway.forward;

import java.util.List;
import java.util.Map;

/**
 * How one server does, for metrics.
 *
 * @param up whether it said what it has when it was asked last
 * @param inFlight requests that it has not answered yet, those that nobody waits for included
 */
public record ForwardStatus(String server, boolean up, int inFlight, List<Model> models) {

  public ForwardStatus {
    models = List.copyOf(models);
  }

  /**
   * How one of its models does, since the gateway started.
   *
   * @param circuit 0 closed, 1 half-open, 2 open
   * @param answered requests
   * @param refused by the server, with the status that the caller got
   * @param lost requests without an answer
   * @param dropped answers that came when nobody waited any more
   * @param fallbacks answers by a local version instead
   */
  public record Model(
      String model,
      int circuit,
      long answered,
      long refused,
      long lost,
      long dropped,
      Map<FallbackReason, Long> fallbacks) {
    public Model {
      fallbacks = Map.copyOf(fallbacks);
    }
  }
}
