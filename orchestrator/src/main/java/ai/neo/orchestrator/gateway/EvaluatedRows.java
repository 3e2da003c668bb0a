package ai.neo.orchestrator.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which rows versions are judged on, and why not on the others.
 *
 * @param scored ascending
 * @param trainedOn rows that a version was, or may have been, trained on
 * @param otherInstruments rows of times at which a version was trained on other instruments alone
 * @param overlapping rows among {@code scored} that are of times at which a version was trained
 * @param trainings of each version that is judged
 */
public record EvaluatedRows(
    int[] scored, int trainedOn, int otherInstruments, int overlapping, List<TrainedOn> trainings) {
  private static final int SPANS_SHOWN = 8;

  /** Which rows are asked for. */
  public enum Scope {
    /** Of times at which no version was trained on anything. */
    OUT_OF_TIME,
    /** Also of instruments that were not trained on, at times at which others were. */
    OTHER_INSTRUMENTS,
    /** All. */
    IN_SAMPLE
  }

  /**
   * Chooses.
   *
   * @param window rows that a version looks at
   * @throws IllegalArgumentException when none is left, with what was trained on and what to do
   */
  static EvaluatedRows of(
      OfflineEvaluation.Data data, List<TrainedOn> trainings, int window, Scope scope) {
    TrainedOn.Overlap[] overlaps = new TrainedOn.Overlap[data.rows().count()];
    for (int row = 0; row < overlaps.length; row++) {
      overlaps[row] = TrainedOn.Overlap.NONE;
      for (TrainedOn trained : trainings) {
        TrainedOn.Overlap one =
            trained.overlap(
                data.instruments().get(data.rows().series()[row]),
                data.rows().timesNs()[row],
                data.horizonNs(),
                data.untraded());
        overlaps[row] = one.compareTo(overlaps[row]) > 0 ? one : overlaps[row];
      }
    }
    int[] scored = VersionAnswers.whole(data.rows(), window, row -> wanted(overlaps[row], scope));
    EvaluatedRows chosen =
        new EvaluatedRows(
            scored,
            count(Stream.of(overlaps), TrainedOn.Overlap.TRAINED),
            count(Stream.of(overlaps), TrainedOn.Overlap.OTHER_INSTRUMENT),
            (int)
                Arrays.stream(scored)
                    .filter(row -> overlaps[row] != TrainedOn.Overlap.NONE)
                    .count(),
            trainings);
    if (scored.length == 0) {
      throw new IllegalArgumentException(chosen.nothingLeft(overlaps.length, scope));
    }
    return chosen;
  }

  private static boolean wanted(TrainedOn.Overlap overlap, Scope scope) {
    return switch (overlap) {
      case NONE -> true;
      case OTHER_INSTRUMENT -> scope != Scope.OUT_OF_TIME;
      case TRAINED -> scope == Scope.IN_SAMPLE;
    };
  }

  private static int count(Stream<TrainedOn.Overlap> overlaps, TrainedOn.Overlap which) {
    return (int) overlaps.filter(one -> one == which).count();
  }

  /** Whether the registry says of each version what it was trained on. */
  public boolean known() {
    return trainings.stream().allMatch(TrainedOn::known);
  }

  /** Whether it is known that no scored row is of a time at which a version was trained. */
  public boolean outOfTime() {
    return known() && overlapping == 0;
  }

  /** Each training once. */
  public List<TrainedOn.Span> spans() {
    return trainings.stream().flatMap(one -> one.spans().stream()).distinct().toList();
  }

  private String nothingLeft(int rows, Scope scope) {
    List<TrainedOn.Span> spans = spans();
    String trained =
        spans.stream()
            .limit(SPANS_SHOWN)
            .map(TrainedOn.Span::text)
            .collect(Collectors.joining("; "));
    int more = spans.size() - SPANS_SHOWN;
    return "no row is left: of "
        + rows
        + ", "
        + trainedOn
        + " were, or may have been, trained on, and "
        + otherInstruments
        + " are of times at which other instruments were. Trained on: "
        + trained
        + (more > 0 ? "; and " + more + " more" : "")
        + ". Choose --from and --to outside of that, or other --data; "
        + (otherInstruments > 0 && scope == Scope.OUT_OF_TIME
            ? "--other-instruments scores those that were not trained on, which is no evidence about"
                + " another time; "
            : "")
        + (spans.stream().anyMatch(EvaluatedRows::isOneOfAll)
            ? "a training by an earlier build names no instruments, one that is repeated does; "
            : "")
        + "--in-sample scores all";
  }

  private static boolean isOneOfAll(TrainedOn.Span span) {
    return span.instrument().isEmpty() && span.rows() > 0;
  }
}
