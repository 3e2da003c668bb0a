package ai.neo.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The figures that JMH measures: what one call costs, and what it allocates. */
final class MicroFigures {
  private static final double P50 = 50;
  private static final double P99 = 99;

  private MicroFigures() {}

  static Program features() {
    return () -> {
      Collection<RunResult> results = run(FeatureSetBenchmark.class);
      RunResult classics = find(results, "sixClassics");
      RunResult set = find(results, "defaultSet");
      return List.of(
          Figure.below(
              "feature update, the six classics",
              score(classics),
              50,
              Figure.Unit.NANOSECONDS,
              "TA-Lib's C over whole arrays 25 ns; one plain mean and deviation here "
                  + Figure.Unit.NANOSECONDS.say(score(find(results, "plainLoopMeanAndDeviation")))),
          allocation("feature update, the six classics, allocated", classics),
          Figure.below(
              "feature update, the default set of 24",
              score(set),
              1_000,
              Figure.Unit.NANOSECONDS,
              ""),
          allocation("feature update, the default set, allocated", set));
    };
  }

  static Program book() {
    return () -> {
      Collection<RunResult> results = run(OrderBookBenchmark.class);
      RunResult ours = find(results, "sortedArrays");
      RunResult one = find(results, "oneChange");
      return List.of(
          Figure.above(
              "order book, level updates on one core",
              1e9 / score(ours),
              20e6,
              Figure.Unit.PER_SECOND,
              "the JDK's TreeMap "
                  + Figure.Unit.PER_SECOND.say(1e9 / score(find(results, "sortedMap")))),
          Figure.below(
              "order book, one update, p99 (the clock's own reading within)",
              percentile(one, P99),
              1_000,
              Figure.Unit.NANOSECONDS,
              "the clock alone "
                  + Figure.Unit.NANOSECONDS.say(percentile(find(results, "nothing"), P99))),
          allocation("order book, one update, allocated", ours));
    };
  }

  static Program risk() {
    return () -> {
      Collection<RunResult> results = run(RiskCheckBenchmark.class);
      List<Figure> figures = new ArrayList<>();
      for (String way : List.of("entryApproved", "exitApproved", "entryRefused")) {
        RunResult result = find(results, way);
        String words = way.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
        figures.add(
            Figure.plain(
                "risk check, " + words + ", p50",
                Figure.Unit.NANOSECONDS.say(percentile(result, P50)),
                ""));
        figures.add(
            Figure.below(
                "risk check, " + words + ", p99",
                percentile(result, P99),
                5_000,
                Figure.Unit.NANOSECONDS,
                ""));
        figures.add(
            Figure.plain(
                "risk check, " + words + ", allocated",
                String.format(Locale.ROOT, "%.0f bytes", bytes(result)),
                "with the question itself"));
      }
      return figures;
    };
  }

  /** One fork, short iterations: enough to tell a target from a miss on two cores. */
  private static Collection<RunResult> run(Class<?> benchmark) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(benchmark.getName())
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run();
  }

  private static RunResult find(Collection<RunResult> results, String method) {
    for (RunResult result : results) {
      if (result.getParams().getBenchmark().endsWith("." + method)) {
        return result;
      }
    }
    throw new IllegalStateException("JMH gave no result of " + method);
  }

  private static double score(RunResult result) {
    return result.getPrimaryResult().getScore();
  }

  private static double percentile(RunResult result, double percent) {
    return result.getPrimaryResult().getStatistics().getPercentile(percent);
  }

  private static Figure allocation(String what, RunResult result) {
    double bytes = bytes(result);
    return new Figure(
        what,
        String.format(Locale.ROOT, "%.2f bytes", bytes),
        "",
        "nothing",
        bytes < 1 ? Figure.Verdict.REACHED : Figure.Verdict.MISSED);
  }

  private static double bytes(RunResult result) {
    for (String key : result.getSecondaryResults().keySet()) {
      if (key.endsWith("gc.alloc.rate.norm")) {
        return result.getSecondaryResults().get(key).getScore();
      }
    }
    throw new IllegalStateException("JMH's profiler gave no allocation");
  }
}
