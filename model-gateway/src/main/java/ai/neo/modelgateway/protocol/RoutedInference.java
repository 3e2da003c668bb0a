package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.routing.ActiveRoute;
import ai.neo.modelgateway.routing.AnsweringArm;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import java.util.Optional;

/**
 * A request that goes by a route: the arm that its key falls to answers, or the champion where that
 * arm cannot. The answer says who did, and why it was not the arm.
 */
final class RoutedInference {
  static final String ROUTE = "route";
  static final String FALLBACK = "route_fallback";

  private static final String CHAMPION = "champion";

  private final Inference inference;
  private final ActiveRoute route;
  private final Inference.Order order;
  private final Inference.Replies replies;
  private final Context call = Context.current();

  RoutedInference(
      Inference inference, ActiveRoute route, Inference.Order order, Inference.Replies replies) {
    this.inference = inference;
    this.route = route;
    this.order = order;
    this.replies = replies;
  }

  /** Whether the caller relies on one version, so that no other may answer. */
  static boolean isPinned(ModelInferRequest request) {
    return !request.getModelVersion().isEmpty()
        || Pins.NAMES.stream().anyMatch(request::containsParameters);
  }

  void start() {
    String key = key(order.request());
    double place = key.isEmpty() ? 1 : route.place(key); // 1 is in nobody's share
    Optional<AnsweringArm> arm = route.arm(place);
    if (arm.isPresent()) {
      inference.answerBy(arm.get().version(), order, new ByArm(arm.get(), place));
    } else {
      champion(place, "");
    }
  }

  /** Of the wrong type it is refused later, with the other parameters. */
  private static String key(ModelInferRequest request) {
    InferParameter key = request.getParametersMap().get(RequestParameters.ROUTING_KEY);
    return key == null || key.getStringParam().isEmpty() ? request.getId() : key.getStringParam();
  }

  private void champion(double place, String fallback) {
    inference.answerBy("", order, new ByChampion(place, fallback));
  }

  private static ModelInferResponse named(ModelInferResponse response, String by, String fallback) {
    ModelInferResponse.Builder named = response.toBuilder().putParameters(ROUTE, text(by));
    if (!fallback.isEmpty()) {
      named.putParameters(FALLBACK, text(fallback));
    }
    return named.build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private final class ByArm implements Inference.Replies {
    private final AnsweringArm arm;
    private final double place;

    ByArm(AnsweringArm arm, double place) {
      this.arm = arm;
      this.place = place;
    }

    @Override
    public void answered(ModelInferResponse response) {
      arm.answered();
      replies.answered(named(response, arm.label(), ""));
    }

    /** Its caller's fault or not, the champion has the last word. */
    @Override
    public void refused(RefusedRequestException refusal) {
      if (call.isCancelled() || (call.getDeadline() != null && call.getDeadline().isExpired())) {
        replies.refused(refusal);
      } else {
        fallBack(refusal);
      }
    }

    @Override
    public void failed(RefusedRequestException refusal) {
      route.failed(arm, refusal.getMessage());
      fallBack(refusal);
    }

    private void fallBack(RefusedRequestException refusal) {
      arm.fellBack();
      String why = "%s version %s: %s".formatted(arm.label(), arm.version(), refusal.getMessage());
      // It may be another thread by now; the champion's turn belongs to the same call.
      call.run(() -> champion(place, why));
    }
  }

  private final class ByChampion implements Inference.Replies {
    private final double place;
    private final String fallback;

    ByChampion(double place, String fallback) {
      this.place = place;
      this.fallback = fallback;
    }

    @Override
    public void answered(ModelInferResponse response) {
      replies.answered(named(response, CHAMPION, fallback));
      route.answeredByChampion(place, new ShadowedRequest(order.request(), response));
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      replies.refused(refusal);
    }

    @Override
    public void failed(RefusedRequestException refusal) {
      replies.failed(refusal);
    }
  }
}
