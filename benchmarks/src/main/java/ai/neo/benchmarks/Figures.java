package ai.neo.benchmarks;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Measures the figures named on the command line and prints them as rows of a table. */
public final class Figures {
  private Figures() {}

  /** What there is to measure, by name. */
  static Map<String, Supplier<Program>> programs() {
    Map<String, Supplier<Program>> programs = new LinkedHashMap<>();
    programs.put("features", MicroFigures::features);
    programs.put("book", MicroFigures::book);
    programs.put("risk", MicroFigures::risk);
    programs.put("journal", JournalAppend::new);
    programs.put("decision", DecisionLatency::new);
    programs.put("order", OrderLatency::new);
    programs.put("orders", OrderThroughput::new);
    programs.put("backtest", BacktestSpeed::new);
    programs.put("gateway", GatewayLoad::new);
    programs.put("networks", NetworksLoad::new);
    programs.put("swap", SwapUnderLoad::new);
    programs.put("memory", ManyStrategies::new);
    programs.put("start", StartTime::new);
    return programs;
  }

  /** Measures in the order of the arguments; {@code --list} prints the names. */
  public static void main(String[] names) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Map<String, Supplier<Program>> programs = programs();
    if (names.length == 1 && names[0].equals("--list")) {
      programs.keySet().forEach(out::println);
      return;
    }
    for (String name : names) {
      if (!programs.containsKey(name)) {
        System.err.println(
            "benchmarks: no figure is named " + name + ", expected one of " + programs.keySet());
        System.exit(2);
      }
    }
    for (String name : names) {
      List<Figure> figures = programs.get(name).get().measure();
      for (Figure figure : figures) {
        out.println(row(figure));
      }
    }
    System.exit(0); // Servers of a program may have left threads behind.
  }

  private static String row(Figure figure) {
    String mark =
        switch (figure.verdict()) {
          case REACHED -> "yes";
          case MISSED -> "**no**";
          case NONE -> "";
        };
    return "| "
        + String.join(
            " | ", figure.what(), figure.measured(), figure.baseline(), figure.target(), mark)
        + " |";
  }
}
