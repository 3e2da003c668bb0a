package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a version and those that it descends from were trained on, as the registry says it.
 *
 * @param known false when one of them came from elsewhere and says nothing of it
 */
public record TrainedOn(List<Span> spans, boolean known) {
  private static final Pattern TRAINED =
      Pattern.compile("\\[(\\d+) rows, \\d+ trained, times (\\d+) to (\\d+) ns");
  private static final Pattern LEARNED = Pattern.compile("matured from (\\d+) to (\\d+) ns");
  private static final long SECONDS = 30;

  /**
   * Of one version.
   *
   * @param rows how many, where a training says it; 0 for what was learned while trading
   * @param fromNs of the first row
   * @param toNs of the last row
   */
  public record Span(long rows, long fromNs, long toNs) {}

  public TrainedOn {
    spans = List.copyOf(spans);
  }

  /** Asks the registry. Blocks. */
  public static TrainedOn of(Channel registry, String model, String version) {
    Map<String, ModelVersion> versions = new HashMap<>();
    RegistryServiceGrpc.newBlockingStub(registry)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .listVersions(ListVersionsRequest.newBuilder().setModel(model).build())
        .getVersionsList()
        .forEach(one -> versions.put(one.getVersion(), one));
    List<Span> spans = new ArrayList<>();
    boolean known = true;
    ModelVersion one = versions.remove(version);
    while (one != null) {
      Optional<Span> span = span(one.getDataDescription());
      span.ifPresent(spans::add);
      known &= span.isPresent();
      one = versions.remove(one.getParentVersion()); // removed: no circle is walked twice
    }
    return new TrainedOn(spans, known && !spans.isEmpty());
  }

  static Optional<Span> span(String description) {
    Matcher learned = LEARNED.matcher(description);
    if (learned.find()) {
      return Optional.of(new Span(0, number(learned, 1), number(learned, 2)));
    }
    Matcher trained = TRAINED.matcher(description);
    return trained.find()
        ? Optional.of(new Span(number(trained, 1), number(trained, 2), number(trained, 3)))
        : Optional.empty();
  }

  private static long number(Matcher matcher, int group) {
    return Long.parseUnsignedLong(matcher.group(group));
  }

  /**
   * Whether a row may have been trained on, or its label looks into what was.
   *
   * @param same the rows of a training that are known not to be among the evaluated ones
   */
  public boolean covers(long timeNs, long horizonNs, Optional<Span> same) {
    return spans.stream()
        .filter(span -> same.isEmpty() || !same.get().equals(span))
        .anyMatch(span -> timeNs >= span.fromNs() - horizonNs && timeNs <= span.toNs() + horizonNs);
  }
}
