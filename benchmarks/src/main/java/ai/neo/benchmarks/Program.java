package ai.neo.benchmarks;

import java.util.List;

/** Measures some figures that belong together. */
@FunctionalInterface
public interface Program {
  /**
   * Runs on the calling thread for up to two minutes.
   *
   * @throws Exception if what is to be measured does not run; nothing is reported then
   */
  List<Figure> measure() throws Exception;
}
