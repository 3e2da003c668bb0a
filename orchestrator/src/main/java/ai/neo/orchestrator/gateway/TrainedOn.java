package ai.neo.orchestrator.gateway;

import ai.neo.proto.lineage.TrainedSpan;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import io.grpc.Channel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a version was trained on, as the registry says it, with what those were whose weights it
 * went on from. A training says it for each instrument; what was learned while trading, and
 * trainings of earlier builds, say one span of time, and that counts for every instrument.
 *
 * @param known false when one of these came from elsewhere and says nothing of it
 */
public record TrainedOn(List<Span> spans, boolean known) {
  private static final Pattern TRAINED =
      Pattern.compile("\\[(\\d+) rows, \\d+ trained, times (\\d+) to (\\d+) ns");
  private static final Pattern LEARNED = Pattern.compile("matured from (\\d+) to (\\d+) ns");
  private static final Pattern KEPT = Pattern.compile("with those kept since (\\d+) ns");
  private static final String ONLINE = "online: ";
  private static final String RETRAINED = "retrained: ";
  private static final long SECONDS = 30;

  /** What a row has to do with a training. */
  public enum Overlap {
    /** Of another time. */
    NONE,
    /** Of a time at which other instruments were trained on, and its own was not. */
    OTHER_INSTRUMENT,
    /** Trained on, or it may have been, or its label looks into what was. */
    TRAINED
  }

  /**
   * Of one version.
   *
   * @param version whose training it was
   * @param instrument empty when it may have been any
   * @param rows how many, where a training says it; 0 for what was learned while trading
   * @param fromNs of the first row
   * @param toNs of the last row
   * @param horizonNs how far labels looked ahead; 0 where that is not told
   */
  public record Span(
      String version,
      Optional<String> instrument,
      long rows,
      long fromNs,
      long toNs,
      long horizonNs) {
    /** For a person: instrument, times, version. */
    public String text() {
      return "%s %s to %s (version %s)"
          .formatted(
              instrument.orElse("instruments that are not named"),
              Instant.ofEpochSecond(0, fromNs),
              Instant.ofEpochSecond(0, toNs),
              version);
    }

    private boolean sameTime(long timeNs, long rowHorizonNs) {
      long reach = horizonNs > 0 ? horizonNs : rowHorizonNs;
      return timeNs >= fromNs - rowHorizonNs && timeNs <= toNs + reach;
    }
  }

  /**
   * All rows of a training, of which it says no instruments.
   *
   * @param fromNs of the first row
   * @param toNs of the last row
   */
  public record Extent(long rows, long fromNs, long toNs) {
    private boolean is(Span span) {
      return span.instrument().isEmpty()
          && span.rows() == rows
          && span.fromNs() == fromNs
          && span.toNs() == toNs;
    }
  }

  public TrainedOn {
    spans = List.copyOf(spans);
  }

  /** Asks the registry. Blocks. */
  public static TrainedOn of(Channel registry, String model, String version) {
    return of(
        RegistryServiceGrpc.newBlockingStub(registry)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .listVersions(ListVersionsRequest.newBuilder().setModel(model).build())
            .getVersionsList(),
        version);
  }

  /** Of a version among all of its model. */
  static TrainedOn of(Collection<ModelVersion> all, String version) {
    Map<String, ModelVersion> versions = new HashMap<>();
    all.forEach(one -> versions.put(one.getVersion(), one));
    List<Span> spans = new ArrayList<>();
    boolean known = true;
    Optional<ModelVersion> next = Optional.ofNullable(versions.remove(version));
    while (next.isPresent()) {
      ModelVersion one = next.get();
      String description = one.getDataDescription();
      List<Span> own =
          description.startsWith(ONLINE) ? learned(one, all) : spans(one.getVersion(), description);
      spans.addAll(own);
      known &= !own.isEmpty();
      next =
          isAnew(description)
              ? Optional.empty()
              : Optional.ofNullable(versions.remove(one.getParentVersion())); // no circle twice
    }
    return new TrainedOn(spans, known && !spans.isEmpty());
  }

  /** From new weights: its parent is only what it was to be compared with. */
  private static boolean isAnew(String description) {
    return description.startsWith(RETRAINED) || TRAINED.matcher(words(description)).find();
  }

  /**
   * A learner goes on with weights and samples of which earlier snapshots were made, also when
   * those did not become champion and so are no ancestors: it has seen all since the first of them.
   */
  private static List<Span> learned(ModelVersion version, Collection<ModelVersion> all) {
    long from =
        all.stream()
            .filter(one -> number(one) <= number(version))
            .map(ModelVersion::getDataDescription)
            .filter(text -> text.startsWith(ONLINE))
            .flatMap(text -> spans("", text).stream())
            .mapToLong(Span::fromNs)
            .min()
            .orElse(Long.MAX_VALUE);
    return spans(version.getVersion(), version.getDataDescription()).stream()
        .map(
            span ->
                new Span(
                    span.version(),
                    span.instrument(),
                    span.rows(),
                    Math.min(from, span.fromNs()),
                    span.toNs(),
                    span.horizonNs()))
        .toList();
  }

  private static int number(ModelVersion version) {
    return Integer.parseInt(version.getVersion());
  }

  /** What a version's data description says of its own training; empty when it says nothing. */
  static List<Span> spans(String version, String description) {
    Matcher learned = LEARNED.matcher(description);
    boolean byFeedback = description.startsWith(ONLINE) || description.startsWith(RETRAINED);
    if (byFeedback && learned.find()) {
      Matcher kept = KEPT.matcher(description);
      long from = number(learned, 1);
      long oldest = kept.find() ? Math.min(from, number(kept, 1)) : from;
      return List.of(new Span(version, Optional.empty(), 0, oldest, number(learned, 2), 0));
    }
    String words = words(description);
    Matcher trained = TRAINED.matcher(words);
    if (!trained.find()) {
      return List.of();
    }
    long rows = number(trained, 1);
    List<TrainedSpan> named = TrainedSpan.in(words);
    // Only if every row is accounted for: a name that is missing would let its rows pass as unseen.
    if (named.stream().mapToLong(TrainedSpan::rows).sum() != rows) {
      return List.of(
          new Span(version, Optional.empty(), rows, number(trained, 2), number(trained, 3), 0));
    }
    return named.stream()
        .map(
            one ->
                new Span(
                    version,
                    Optional.of(one.instrument()),
                    one.rows(),
                    one.fromNs(),
                    one.toNs(),
                    one.horizonNs()))
        .toList();
  }

  /** The gateway's own come last; a file's name before them may be anything. */
  private static String words(String description) {
    return description.substring(Math.max(0, description.lastIndexOf(" [")));
  }

  private static long number(Matcher matcher, int group) {
    return Long.parseUnsignedLong(matcher.group(group));
  }

  /**
   * What a row has to do with these trainings.
   *
   * @param instrument the row's
   * @param horizonNs how far its label looks ahead
   * @param untraded rows that are known not to be among the evaluated ones: a training on exactly
   *     these, which names no instruments, is left out of account
   */
  public Overlap overlap(
      String instrument, long timeNs, long horizonNs, Optional<Extent> untraded) {
    Overlap most = Overlap.NONE;
    for (Span span : spans) {
      boolean other = span.instrument().isPresent() && !same(span.instrument().get(), instrument);
      if (span.sameTime(timeNs, horizonNs) && untraded.stream().noneMatch(rows -> rows.is(span))) {
        most = other && most != Overlap.TRAINED ? Overlap.OTHER_INSTRUMENT : Overlap.TRAINED;
      }
    }
    return most;
  }

  /** {@code BTC-USDT} of one venue is {@code BTCUSDT} of another. */
  private static boolean same(String one, String other) {
    return plain(one).equals(plain(other));
  }

  private static String plain(String symbol) {
    return symbol.toUpperCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
  }
}
